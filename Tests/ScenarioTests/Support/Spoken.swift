import BindingTable
import SIPMessage

/// A request with the reply that left, and what the registrar says of them.
struct Spoken {
    let request: [UInt8]
    let reply: [UInt8]
    let exchange: Exchange

    /// A header of the request.
    func asked(_ name: String) -> String? { Spoken.value(name, in: request) }
    /// A header of the reply.
    func answered(_ name: String) -> String? { Spoken.value(name, in: reply) }

    /// The first value of a header, as phones and registrar spell its name.
    static func value(_ name: String, in message: [UInt8]) -> String? { values(name, in: message).first }

    /// The values of a header, each from a line of its own.
    static func values(_ name: String, in message: [UInt8]) -> [String] {
        String(decoding: message, as: UTF8.self).split(separator: "\r\n").compactMap { line in
            line.hasPrefix("\(name): ") ? String(line.dropFirst(name.count + 2)) : nil
        }
    }
}

/// A parameter of credentials or of a challenge, without its quotes: `nonce` of `Digest nonce="..", nc=1`.
func parameter(_ name: String, of value: String) -> String? {
    let parts = value.drop { $0 != " " }.split(separator: ",").map { $0.drop { $0 == " " } }
    let part = parts.first { $0.hasPrefix("\(name)=") }
    return part.map { $0.dropFirst(name.count + 1).filter { $0 != "\"" } }
}

extension Endpoint {
    /// An IPv4 endpoint from its text; traps on what is none, a mistake of the test.
    init(_ text: String) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let address = IPAddress(String(parts[0])), let port = UInt16(parts[1]) else {
            preconditionFailure("\(text) is no address with a port")
        }
        self.init(address: address, port: port)
    }
}
