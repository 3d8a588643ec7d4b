import BindingTable
import Registrar
import SIPMessage
import Testing

/// RFC 3327 and RFC 3608: the way to a phone and the way from it.
struct PathTests {
    private let aor = "alice@example.com"
    private let supports = "Supported: path"

    private func path(_ stage: Stage) -> String? {
        stage.bindings(aor).first.map { String(decoding: $0.texts.path, as: UTF8.self) }
    }

    @Test(
        "RFC 3327 §5.3: the values are kept in their order as they came, one line or several, folded or not"
    )
    func order() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        let one = "<sip:p1.example.com;lr>, <sip:p2.example.com;lr;ob>;x=1"
        #expect(stage.send(phone.register(extra: ["Path: \(one)"])).status == 200)
        #expect(path(stage) == one)
        let lines = [
            "Path: <sip:p3.example.com;lr>", "Path:  <sip:p2.example.com;lr>,\r\n <sip:p1.example.com;lr>",
        ]
        #expect(stage.send(phone.register(extra: lines)).status == 200)
        #expect(path(stage) == "<sip:p3.example.com;lr>, <sip:p2.example.com;lr>, <sip:p1.example.com;lr>")
        #expect(stage.send(phone.register()).status == 200)
        #expect(path(stage) == "", "the latest REGISTER says which way")
        #expect(stage.bindings(aor).count == 1)
    }

    @Test("RFC 3327 §5.3: the 200 repeats the Path if the phone supports it, and only then")
    func echo() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        let paths = ["Path: <sip:p1.example.com;lr>", "Path: <sip:p2.example.com;lr>"]
        #expect(stage.send(phone.register(extra: paths)).values("Path").isEmpty)
        let answer = stage.send(phone.register(extra: paths + ["Supported: replaces, path"]))
        #expect(answer.values("Path") == ["<sip:p1.example.com;lr>", "<sip:p2.example.com;lr>"])
        #expect(stage.send(phone.register(extra: [supports])).values("Path").isEmpty)
    }

    @Test("RFC 3327 §5.3 off: Path is ignored, and may not be required")
    func off() throws {
        let stage = try Stage([.extended(ExtensionPolicy(path: .off))])
        var phone = Phone()
        let answer = stage.send(phone.register(extra: ["Path: nonsense", supports]))
        #expect(answer.status == 200)
        #expect(answer.value("Path") == nil)
        #expect(path(stage) == "")
        let required = stage.send(phone.register(extra: ["Require: path"]))
        #expect(required.status == 420)
        #expect(required.value("Unsupported") == "path")
    }

    @Test("RFC 3327 §5.3 strict: 420, Unsupported: path and the Path, unless the phone supports it")
    func strict() throws {
        let stage = try Stage([.extended(ExtensionPolicy(path: .strict))])
        var phone = Phone()
        let paths = ["Path: <sip:p1.example.com;lr>", "Path: <sip:p2.example.com;lr>"]
        let answer = stage.send(phone.register(extra: paths))
        #expect(answer.status == 420)
        #expect(stage.handling?.exchange.refusal == .pathNotSupported)
        #expect(answer.value("Unsupported") == "path")
        #expect(answer.values("Path") == ["<sip:p1.example.com;lr>", "<sip:p2.example.com;lr>"])
        #expect(stage.bindings(aor).isEmpty)
        #expect(stage.send(phone.register(extra: paths + [supports])).status == 200)
        #expect(stage.send(phone.register(contacts: [], extra: paths)).status == 200, "a query stores none")
        #expect(stage.send(phone.register(expires: 0, extra: paths)).status == 200, "nor does a removal")
        #expect(stage.send(phone.register()).status == 200, "without Path nothing is asked")
    }

    @Test(
        "RFC 3327 §4: a Path value that is no SIP URI is 400",
        arguments: ["<tel:+1212>", "nonsense", "<sip:>", "<sip:p;lr", ", <sip:p;lr>", "\"p\" sip:p"]
    )
    func malformed(value: String) throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        let answer = stage.send(phone.register(extra: ["Path: <sip:ok;lr>", "Path: \(value)"]))
        #expect(answer.status == 400)
        #expect(answer.startLine.contains("Malformed Path At Byte "))
        #expect(stage.bindings(aor).isEmpty)
    }

    @Test func aPathIsKeptUpToItsLimit() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        let name = String(repeating: "p", count: 1_000)
        #expect(stage.send(phone.register(extra: ["Path: <sip:\(name)>, <sip:\(name)>"])).status == 200)
        let long = stage.send(
            phone.register(extra: ["Path: <sip:\(name)>, <sip:\(name)>", "Path: <sip:\(name)>"])
        )
        #expect(long.status == 400)
    }

    @Test("RFC 3261 §8.2.2.3: Unsupported lists those tags of Require only that the domain does not offer")
    func required() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        #expect(stage.send(phone.register(extra: ["Require: path, outbound, gruu"])).status == 200)
        let answer = stage.send(phone.register(extra: ["Require: path, x1, PATH", "Require: gin, 100rel"]))
        #expect(answer.status == 420)
        #expect(answer.value("Unsupported") == "x1, gin, 100rel", "no list of numbers in this domain")
    }

    @Test("RFC 3261 §11.2: OPTIONS says which option tags the domain offers")
    func options() throws {
        let numbers = [ExtensionPolicy.Numbers(user: Array("pbx".utf8), text: Array("+1212".utf8))]
        let stage = try Stage([
            .extended(ExtensionPolicy(numbers: numbers)), .open("example.org"),
        ])
        var phone = Phone()
        #expect(
            stage.send(phone.register(method: "OPTIONS")).value("Supported") == "path, outbound, gruu, gin"
        )
        let refused = stage.send(phone.register(extra: ["Require: gruu, x"], method: "OPTIONS"))
        #expect(refused.value("Unsupported") == "x")
        phone.requestURI = "sip:10.0.0.254"
        #expect(stage.send(phone.register(method: "OPTIONS")).value("Supported") == "")
    }

    // MARK: RFC 3608

    @Test("RFC 3608 §6.3: Service-Route is in every 2xx to REGISTER, in the same order, and in nothing else")
    func serviceRoute() throws {
        let route = "<sip:p2.example.com;lr>, <sip:hsp.example.com;lr>"
        let stage = try Stage([.extended(ExtensionPolicy(serviceRoute: Array(route.utf8)))])
        var phone = Phone()
        #expect(stage.send(phone.register()).values("Service-Route") == [route])
        #expect(stage.send(phone.register()).values("Service-Route") == [route], "a refresh")
        #expect(stage.send(phone.register(contacts: [])).values("Service-Route") == [route], "a query")
        #expect(stage.send(phone.register(expires: 0)).values("Service-Route") == [route], "a removal")
        #expect(stage.send(phone.register(expires: 1)).values("Service-Route").isEmpty, "423")
        #expect(stage.send(phone.register(method: "OPTIONS")).values("Service-Route").isEmpty)
        let none = try Stage([.extended()])
        #expect(none.send(phone.register()).values("Service-Route").isEmpty)
    }

    @Test("RFC 3608 §6.3: what a phone sends as Service-Route means nothing and does not come back")
    func serviceRouteOfAPhone() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        let answer = stage.send(phone.register(extra: ["Service-Route: <sip:evil.example;lr>"]))
        #expect(answer.status == 200)
        #expect(answer.value("Service-Route") == nil)
    }
}
