internal import BindingTable
internal import SIPMessage

/// What a flow must know of a request: where its texts stand, and a few numbers. Reads broken requests as
/// far as they go.
struct ExchangeReading {
    private var head = MessageHead()
    /// Names Call-ID, method and source address.
    private(set) var flow: UInt64 = 0
    private(set) var callID = ByteRange.empty, agent = ByteRange.empty, contact = ByteRange.empty
    private(set) var username = ByteRange.empty
    private(set) var methodRange = ByteRange.empty
    private(set) var cseq: UInt32 = 0
    private(set) var branch: UInt64 = 0
    private(set) var method = SIPMessage.Method.other
    private(set) var isRegister = false
    private(set) var hasCredentials = false
    /// The request takes bindings away: expires 0 or the wildcard (RFC 3261 §10.2.2).
    private(set) var isUnregister = false
    /// Canonical address of record, or what stood in To.
    private(set) var aor: [UInt8] = []
    /// The scanner that has sent it, if it gives itself away.
    private(set) var tool: KnownTool?

    init() {}

    /// Reads what every request is counted by, and the name of its flow.
    mutating func read(_ bytes: Span<UInt8>, from path: ReceivedFrom) {
        // What is wrong with it is the registrar's to say; all header fields that were found are there.
        try? head.parse(bytes)
        isRegister = head.kind == .request && head.method == .register
        method = head.kind == .request ? head.method : .other
        methodRange = head.methodRange
        callID = head.first(.callID) ?? .empty
        agent = head.first(.userAgent) ?? .empty
        let hash = bytes.hash(callID) ^ bytes.hash(methodRange)
        flow = mix(mix(hash, path.source.address.high), path.source.address.low)
    }

    /// Reads the rest of the same request, for one that is kept.
    mutating func readRest(_ bytes: Span<UInt8>) {
        cseq = ((try? head.cseq(bytes))?.number) ?? 0
        let branchRange = (try? head.topVia(bytes))?.branch ?? .empty
        branch = bytes.hash(branchRange)
        readTool(bytes, branch: branchRange)
        readCredentials(bytes)
        readContact(bytes)
        readAddressOfRecord(bytes)
    }

    /// It asks the registrar for something, or nobody can read what for: all else is on its way to somebody, however
    /// far it gets.
    var isOfRegistrar: Bool { isRegister || method == .subscribe || methodRange.isEmpty }

    /// Names the request, and what is sent again of it, among those that a proxy counts from 1.
    var callNumber: UInt64 { mix(mix(flow, branch), UInt64(cseq)) | 1 << 63 }

    private mutating func readTool(_ bytes: Span<UInt8>, branch: ByteRange) {
        tool = KnownTool(agent: agent, in: bytes)
        guard tool == nil else { return }
        let accept = head.first(.accept)
        let isSipvicious = KnownTool.looksLikeSipvicious(
            bytes,
            branch: branch,
            callID: callID,
            accept: accept
        )
        if isSipvicious { tool = .sipvicious }
    }

    /// The user that it is about: of its credentials, else of its address of record.
    func name(_ bytes: Span<UInt8>) -> [UInt8] {
        var name: [UInt8] = []
        if username.isEmpty {
            name = aor
        } else {
            name.append(bytes, ByteRange(start: username.start, count: min(username.count, 256)))
        }
        return Array(name.prefix { $0 != 0x40 })
    }

    private mutating func readCredentials(_ bytes: Span<UInt8>) {
        username = .empty
        hasCredentials = false
        for name in [HeaderName.authorization, .proxyAuthorization] {
            guard let range = head.first(name) else { continue }
            hasCredentials = true
            guard let credentials = try? DigestCredentials(bytes, in: range, header: name) else { continue }
            username = credentials.username
        }
    }

    private mutating func readContact(_ bytes: Span<UInt8>) {
        contact = .empty
        isUnregister = false
        guard isRegister else { return }
        var values = HeaderValues<Contact>(.contact)
        guard let first = try? values.next(in: head, bytes) else { return }
        contact = first.isWildcard ? first.range : first.uri
        let header = (try? head.expires(bytes))?.value
        isUnregister = first.isWildcard || (first.expires ?? header) == 0
    }

    private mutating func readAddressOfRecord(_ bytes: Span<UInt8>) {
        aor.removeAll(keepingCapacity: true)
        guard let range = head.first(.to) else { return }
        if let to = try? head.to(bytes), let uri = try? SIPURI(bytes, in: to.uri, part: .header(.to)),
            uri.appendCanonicalAOR(bytes, to: &aor)
        {
            return
        }
        aor.append(bytes, ByteRange(start: range.start, count: min(range.count, 256)))
    }
}

extension Span<UInt8> {
    /// FNV-1a over the bytes of a range, mixed at the end. Two texts of the same hash are told apart by
    /// whoever it matters to.
    func hash(_ range: ByteRange) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in range.bounds.clamped(to: 0..<count) {
            hash = (hash ^ UInt64(self[index])) &* 0x100_0000_01b3
        }
        return mix(hash, 0)
    }
}

/// Mixes a number into a hash.
func mix(_ hash: UInt64, _ number: UInt64) -> UInt64 {
    var value = (hash ^ number) &* 0x9e37_79b9_7f4a_7c15
    value ^= value >> 32
    value = value &* 0xd6e8_feb8_6659_fd93
    return value ^ value >> 32
}
