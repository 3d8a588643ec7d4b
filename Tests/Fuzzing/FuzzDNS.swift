import SIPMessage

@testable import Transport

/// Reads a DNS server's reply as the answer to a question of each kind: bounded, whatever it says.
func fuzzDNS(_ input: [UInt8]) {
    for kind in DNSQuestion.Kind.allCases {
        let question = DNSQuestion(name: Array("sip.example".utf8), kind: kind)
        let reply = DNSReply(input, to: question)
        guard case .records(let records) = reply.answer else { continue }
        precondition(!records.isEmpty && records.count <= DNSReply.maximumKept, "\(records.count) records")
        for record in records {
            switch (record, kind) {
            case (.address(let address), .a): precondition(address.isIPv4)
            case (.address, .aaaa): break
            case (.service(_, _, let port, let target), .srv):
                precondition(target.count <= 255)
                trap(if: port != 5_060)
            case (.naming(_, _, _, _, _, let replacement), .naptr): precondition(replacement.count <= 255)
            default: preconditionFailure("\(record) for \(kind)")
            }
        }
    }
}
