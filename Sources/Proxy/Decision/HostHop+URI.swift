import SIPMessage

extension HostHop {
    /// Where a SIP or SIPS URI leads (RFC 3263 §4): its `maddr` goes before its host (RFC 3261 §16.5). Nil for another
    /// scheme.
    init?(_ uri: SIPURI, _ bytes: Span<UInt8>) {
        guard uri.isSIP else { return nil }
        let transport = uri.transport(bytes)
        let isSecure = uri.scheme == .sips
        if let maddr = uri.parameter("maddr", bytes), !maddr.isEmpty {
            let text = bytes.array(maddr)
            let address = text.whole.flatMap { IPAddress(text.span, in: $0) }
            self.init(
                host: address.map { Array("\($0)".utf8) } ?? text.map(\.lowercased),
                address: address,
                port: uri.port,
                transport: transport,
                isSecure: isSecure
            )
            return
        }
        let address = uri.host.address(bytes)
        var host: [UInt8] = []
        if let address {
            address.append(to: &host)
        } else {
            uri.appendCanonicalHost(bytes, to: &host)
        }
        self.init(host: host, address: address, port: uri.port, transport: transport, isSecure: isSecure)
    }

    /// Where a URI as text leads; nil if it is no SIP URI.
    init?(_ text: [UInt8]) {
        guard let uri = text.uri else { return nil }
        self.init(uri, text.span)
    }

    /// Where a value of Route or Path leads; nil if it can't be read.
    init?(route value: [UInt8]) {
        guard let whole = value.whole,
            let address = try? NameAddress(value.span, in: whole, header: .route)
        else { return nil }
        self.init(value.span.array(address.uri))
    }

    /// A name under `.invalid`, that nobody can look up (RFC 7118 §5).
    var isUnresolvable: Bool { address == nil && host.suffix(8).elementsEqual(".invalid".utf8) }

    /// The port that it means without a look-up (RFC 3263 §4.2).
    var usualPort: UInt16 { port ?? (isSecure || transport?.isSecure == true ? 5_061 : 5_060) }
}

extension UInt8 {
    /// An ASCII letter in lower case; every other byte as it is.
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
