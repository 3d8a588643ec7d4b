import BindingTable
import Registrar
import SIPMessage
import Testing

/// RFC 6140: one registration for a list of numbers.
struct BulkTests {
    private let extra = ["Require: gin", "Proxy-Require: gin", "Supported: path"]
    private let policy = ExtensionPolicy(numbers: [
        ExtensionPolicy.Numbers(user: Array("pbx".utf8), text: Array("+12145550100-+12145550199".utf8))
    ])

    @Test(
        "RFC 6140 §5.1, §5.2: one binding with the list of numbers; the answer repeats the contact as it came"
    )
    func oneBinding() throws {
        let stage = try Stage([.extended(policy)])
        var phone = Phone("pbx")
        let answer = stage.send(phone.register(contacts: ["<sip:10.0.0.1:5060;bnc>"], extra: extra))
        #expect(answer.status == 200)
        #expect(answer.values("Contact") == ["<sip:10.0.0.1:5060;bnc>;expires=3600"])
        let bindings = stage.bindings("pbx@example.com")
        #expect(
            bindings.map { String(decoding: $0.texts.numbers, as: UTF8.self) } == [
                "+12145550100-+12145550199"
            ]
        )
        #expect(bindings.first?.facts.badges == [.open, .bulk])
        _ = stage.send(phone.register(contacts: ["<sip:10.0.0.1:5060;BNC>"], extra: extra))
        #expect(stage.bindings("pbx@example.com").count == 1)
        #expect(stage.bindings("pbx@example.com").first?.texts.numbers.isEmpty == false)
        let gone = phone.register(contacts: ["<sip:10.0.0.1:5060;bnc>"], expires: 0, extra: extra)
        #expect(stage.send(gone).status == 200)
        #expect(stage.bindings("pbx@example.com").isEmpty)
    }

    @Test(
        "RFC 6140 §5.1: a user part, or no Require: gin, or no Supported: path is 400",
        arguments: [
            ("<sip:pbx@10.0.0.1;bnc>", ["Require: gin", "Supported: path"]),
            ("<sip:10.0.0.1;bnc>", ["Supported: path"]), ("<sip:10.0.0.1;bnc>", ["Require: gin"]),
            ("<tel:+1212;bnc>", ["Require: gin", "Supported: path"]),
        ]
    )
    func misused(contact: String, extra: [String]) throws {
        let stage = try Stage([.extended(policy)])
        var phone = Phone("pbx")
        #expect(stage.send(phone.register(contacts: [contact], extra: extra)).status == 400)
        #expect(stage.handling?.exchange.refusal == .bulkMisused)
    }

    @Test("RFC 6140 §5.1: an account without numbers is 403; a domain without any does not know gin: 420")
    func notAllowed() throws {
        let stage = try Stage([.extended(policy)])
        var phone = Phone("alice")
        let message = phone.register(contacts: ["<sip:10.0.0.1;bnc>"], extra: extra)
        #expect(stage.send(message).status == 403)
        #expect(stage.handling?.exchange.refusal == .bulkNotAllowed)
        #expect(stage.bindings("alice@example.com").isEmpty)
        let other = try Stage([.extended()])
        #expect(other.send(phone.register(contacts: ["<sip:10.0.0.1;bnc>"], extra: extra)).status == 420)
    }

    @Test("RFC 6140 §5.2: an ordinary contact of the same account is one without numbers")
    func beside() throws {
        let stage = try Stage([.extended(policy)])
        var phone = Phone("pbx")
        let contacts = ["<sip:pbx@10.0.0.1>", "<sip:10.0.0.2;bnc>"]
        #expect(stage.send(phone.register(contacts: contacts, extra: extra)).status == 200)
        let bindings = stage.bindings("pbx@example.com")
        #expect(bindings.filter { $0.facts.badges.contains(.bulk) }.count == 1)
        for binding in bindings {
            #expect(binding.texts.numbers.isEmpty == !binding.facts.badges.contains(.bulk))
        }
    }

    @Test("RFC 6140 §7.1: no GRUUs are made for a bulk contact, which stands for many addresses of record")
    func noGRUU() throws {
        let stage = try Stage([.extended(policy)])
        var phone = Phone("pbx")
        let contact = "<sip:10.0.0.1;bnc>;+sip.instance=\"<urn:uuid:1>\""
        for _ in 0..<2 {
            let answer = stage.send(phone.register(contacts: [contact], extra: extra + ["Supported: gruu"]))
            #expect(answer.status == 200)
            #expect(answer.text.contains("gruu=") == false)
        }
    }
}
