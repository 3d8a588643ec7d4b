internal import SIPMessage

/// What a call's row must know of a request that begins it, or goes on in its dialog. Reads broken requests as far as
/// they go.
struct CallReading {
    private(set) var callID = ByteRange.empty, agent = ByteRange.empty, method = ByteRange.empty
    /// User of its credentials.
    private(set) var user = ByteRange.empty
    private(set) var cseq: UInt32 = 0
    /// It belongs to a dialog: its To has a tag.
    private(set) var isInDialog = false
    /// Canonical address of record that is called: the Request-URI, of a request within a dialog To; or what stood
    /// there.
    private(set) var aor: [UInt8] = []
    /// Canonical address of record of From, or what stood there.
    private(set) var caller: [UInt8] = []
    /// Names the Call-ID.
    private(set) var hash: UInt64 = 0

    /// Most bytes of a text that is no address of record.
    private static let mostBytes = 256

    init(_ bytes: Span<UInt8>) {
        var head = MessageHead()
        // What is wrong with it is the proxy's to say; all header fields that were found are there.
        try? head.parse(bytes)
        callID = head.first(.callID) ?? .empty
        agent = head.first(.userAgent) ?? .empty
        method = head.methodRange
        cseq = ((try? head.cseq(bytes))?.number) ?? 0
        hash = bytes.hash(callID)
        let to = try? head.to(bytes)
        isInDialog = to.map { !$0.tag.isEmpty } ?? false
        aor = Self.address(isInDialog ? to?.uri ?? .empty : head.requestURI, in: bytes)
        caller = Self.address((try? head.from(bytes))?.uri ?? head.first(.from) ?? .empty, in: bytes)
        for name in [HeaderName.proxyAuthorization, .authorization] {
            guard user.isEmpty, let range = head.first(name),
                let credentials = try? DigestCredentials(bytes, in: range, header: name)
            else { continue }
            user = credentials.username
        }
    }

    private static func address(_ range: ByteRange, in bytes: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        if let uri = try? SIPURI(bytes, in: range), uri.appendCanonicalAOR(bytes, to: &text) { return text }
        text.removeAll()
        text.append(bytes, ByteRange(start: range.start, count: min(range.count, UInt16(mostBytes))))
        return Redaction.withoutPasswords(text)
    }
}
