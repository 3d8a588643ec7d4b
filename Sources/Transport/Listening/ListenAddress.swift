internal import CSocket
public import SIPMessage

/// Where to listen, as it is written in settings: `udp:127.0.0.1:5060`, `tls:[::1]:5061`, `wss:sip.example`.
///
/// The port may be left out (the transport's usual one) or be 0 (the system chooses one and the ``Listener``
/// tells which).
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// What to listen for.
    public var transport: TransportKind
    /// An address, or a name for the resolver; IPv6 without brackets.
    public var host: String
    /// The port; 0 lets the system choose.
    public var port: UInt16

    /// Puts the parts together.
    public init(transport: TransportKind, host: String, port: UInt16) {
        self.transport = transport
        self.host = host
        self.port = port
    }

    /// Reads `TRANSPORT:HOST[:PORT]`.
    ///
    /// Throws ``TransportError/badListener(text:reason:)``.
    public init(parsing text: String) throws(TransportError) {
        func bad(_ reason: String) -> TransportError { .badListener(text: text, reason: reason) }
        guard let colon = text.firstIndex(of: ":") else {
            throw bad("not a listener; write TRANSPORT:HOST:PORT, such as udp:127.0.0.1:5060")
        }
        let name = text[..<colon].lowercased()
        guard let known = TransportKind.allCases.first(where: { $0.name == name }) else {
            throw bad("unknown transport \"\(text[..<colon])\"; write udp, tcp, tls, ws or wss")
        }
        transport = known
        let rest = text[text.index(after: colon)...]
        let portText: Substring?
        if rest.hasPrefix("[") {
            guard let bracket = rest.firstIndex(of: "]") else { throw bad("missing ]; write [ADDRESS]:PORT") }
            host = String(rest[rest.index(after: rest.startIndex)..<bracket])
            let after = rest[rest.index(after: bracket)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw bad("after ] comes :PORT or nothing") }
            portText = after.isEmpty ? nil : after.dropFirst()
        } else {
            let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { throw bad("put the IPv6 address in brackets, such as [::1]:5060") }
            host = String(parts[0])
            portText = parts.count == 2 ? parts[1] : nil
        }
        guard !host.isEmpty else {
            throw bad("the host is missing; 0.0.0.0 or [::] listens on all addresses")
        }
        guard let portText else {
            port = transport.usualPort
            return
        }
        guard let number = UInt16(portText), portText.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }) else {
            throw bad("\"\(portText)\" is no port; write a number from 0 to 65535")
        }
        port = number
    }

    /// The form that ``init(parsing:)`` reads.
    public var description: String {
        let bracketed = host.contains(":") ? "[\(host)]" : host
        return "\(transport.name):\(bracketed):\(port)"
    }

    /// Asks the resolver. A name with addresses of both families gives the first IPv4 one: one listener is
    /// one socket, and who wants both writes both.
    func resolve() throws(TransportError) -> csocket_endpoint {
        var result = csocket_endpoint()
        let code = csocket_resolve(host, &result)
        guard code == 0 else {
            let reason = csocket_resolve_error(code).map { String(cString: $0) } ?? "error \(code)"
            throw .unknownHost(listener: description, reason: reason)
        }
        result.port = port
        return result
    }
}

extension TransportKind {
    /// The port that a URI means which names none (RFC 3261 §19.1.2; for WebSocket RFC 6455 §3).
    var usualPort: UInt16 {
        switch self {
        case .udp, .tcp: 5060
        case .tls: 5061
        case .ws: 80
        case .wss: 443
        }
    }
}
