import Proxy
import SIPMessage

/// What DNS would say.
struct World {
    var naptr: [String: [NamingRecord]] = [:]
    var srv: [String: [ServiceRecord]] = [:]
    var a: [String: [String]] = [:]
    var aaaa: [String: [UInt64]] = [:]

    /// Runs a search to its end; what was asked, in order, and what was found.
    func find(
        _ hop: HostHop,
        over transports: [TransportKind],
        seed: UInt64 = 1,
    ) -> (servers: [String], asked: [String]) {
        var location = ServerLocation(of: hop, over: transports, seed: seed)
        var asked: [String] = []
        while location.servers == nil {
            let questions = location.takeQuestions()
            guard !questions.isEmpty else { return (["stuck"], asked) }
            for question in questions {
                let name = String(decoding: question.name, as: UTF8.self)
                asked.append("\(question.kind) \(name)")
                location.answer(question, with: answer(name, question.kind))
            }
        }
        let servers = location.servers ?? []
        return (servers.map { "\($0.transport) \(text($0.endpoint.address)):\($0.endpoint.port)" }, asked)
    }

    private func answer(_ name: String, _ kind: LocationQuestion.Kind) -> LocationAnswer {
        switch kind {
        case .naptr: naptr[name].map { .naptr($0) } ?? .nothing
        case .srv: srv[name].map { .srv($0) } ?? .nothing
        case .a: a[name].map { .addresses($0.map(address)) } ?? .nothing
        case .aaaa:
            aaaa[name].map { .addresses($0.map { IPAddress(ipv6High: $0, low: 1) }) } ?? .nothing
        }
    }

    private func address(_ text: String) -> IPAddress {
        IPAddress(ipv4: text.split(separator: ".").reduce(0) { $0 << 8 | (UInt32($1) ?? 0) })
    }

    private func text(_ address: IPAddress) -> String {
        guard address.isIPv4 else { return "v6" }
        return stride(from: 24, through: 0, by: -8).map { "\(address.low >> $0 & 0xff)" }
            .joined(separator: ".")
    }
}

func nameBytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func namingRecord(
    _ order: UInt16,
    _ preference: UInt16,
    _ flags: String,
    _ service: String,
    _ replacement: String,
) -> NamingRecord {
    NamingRecord(
        order: order,
        preference: preference,
        flags: nameBytes(flags),
        service: nameBytes(service),
        replacement: nameBytes(replacement)
    )
}

func serviceRecord(_ priority: UInt16, _ weight: UInt16, _ port: UInt16, _ target: String) -> ServiceRecord {
    ServiceRecord(priority: priority, weight: weight, port: port, target: nameBytes(target))
}
