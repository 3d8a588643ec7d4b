public import BindingTable
public import SIPDigest
public import SIPMessage
public import Timing

/// Makes the GRUUs of one address of record (RFC 5627): no table holds them.
///
/// The public one is the address of record with the instance. The temporary one has a user part that is sealed and
/// says: which address of record, which instance, which Call-ID, which CSeq. So each refresh gives another, all of
/// them are good until the instance has gone or comes with another Call-ID (§5.1), and nobody can tell whose they
/// are or which of them belong together.
struct GRUUMint {
    /// The canonical address of record's keyed hash.
    let aorHash: UInt64
    /// Length of its user part.
    let userCount: Int
    let mint: NonceMint
    let worker: DigestWorker

    /// The user part of a temporary GRUU; nil if libcrypto failed.
    func temporary(callIDHash: UInt64, instanceHash: UInt32, cseq: UInt32) -> SealedText? {
        mint.seal([aorHash, callIDHash, UInt64(instanceHash) << 32 | UInt64(cseq)], using: worker)
    }
}

/// What a GRUU of ours leads to.
public enum GRUU {
    /// The bindings of a GRUU: its instance's only (RFC 5627 §6.1).
    public enum Target: Hashable, Sendable {
        /// The instance's current bindings, latest refreshed first; none: 480 (§6.1).
        case instance([BindingID])
        /// Not a GRUU, or none that was made here: 404.
        case unknown
        /// A temporary GRUU that is over, for the phone came with another Call-ID or has gone: 404 (§6.1).
        case over
    }

    /// Keyed hash of an instance's URN as `InstanceURN` writes it; never 0, which means that there is none.
    static func instanceHash(of urn: Span<UInt8>, _ table: BindingTable) -> UInt32 {
        max(1, UInt32(truncatingIfNeeded: table.hash(urn)))
    }

    /// Reads a GRUU back.
    ///
    /// - Parameters:
    ///   - uri: a URI of a domain that is served here, as a Request-URI has it.
    ///   - bytes: what its ranges count in.
    ///   - worker: the digests of the thread that asks.
    public static func target(
        of uri: SIPURI,
        _ bytes: Span<UInt8>,
        in state: RegistrarState,
        at now: Timestamp,
        using worker: DigestWorker,
    ) -> Target {
        guard uri.isSIP, uri.hasUser, let value = uri.parameter("gr", bytes) else { return .unknown }
        if value.isEmpty {
            return temporary(bytes.extracting(uri.user.bounds), in: state, at: now, using: worker)
        }
        var aor: [UInt8] = []
        uri.appendCanonicalAOR(bytes, to: &aor)
        var text: [UInt8] = []
        bytes.appendUnescaped(uriPart: value, to: &text)
        var urn: [UInt8] = []
        let range = ByteRange(start: 0, count: UInt16(clamping: text.count))
        InstanceURN.append(text.span, in: range, to: &urn)
        let instance = instanceHash(of: urn.span, state.table)
        let ids = state.table.withPartition(of: aor.span) { partition -> [BindingID] in
            var current: [BindingFacts] = []
            partition.current(of: aor.span, at: now, into: &current)
            return current.filter { $0.instanceHash == instance }.map(\.id)
        }
        return .instance(ids)
    }

    private static func temporary(
        _ user: Span<UInt8>,
        in state: RegistrarState,
        at now: Timestamp,
        using worker: DigestWorker,
    ) -> Target {
        guard let words = state.verifier.mint.open(user, using: worker) else { return .unknown }
        let instance = UInt32(truncatingIfNeeded: words[2] >> 32)
        let (aorHash, callIDHash) = (words[0], words[1])
        let ids = state.table.withPartition(at: Int(aorHash >> 56)) { partition -> [BindingID] in
            var current: [BindingFacts] = []
            partition.current(ofHash: aorHash, at: now, into: &current)
            let ofInstance = current.filter { $0.instanceHash == instance }
            // Each flow of an instance may have its own Call-ID; one that still has this one keeps the GRUU alive.
            return ofInstance.contains { $0.callIDHash == callIDHash } ? ofInstance.map(\.id) : []
        }
        return ids.isEmpty ? .over : .instance(ids)
    }
}

extension ReplyCursor {
    /// `;pub-gruu="sip:user@domain;gr=urn:uuid:…"` (RFC 5627 §5.3).
    ///
    /// - Parameters:
    ///   - aor: the canonical address of record.
    ///   - instance: the value of `+sip.instance` without its quotation marks.
    mutating func put(publicGRUU aor: Span<UInt8>, userCount: Int, instance: Span<UInt8>) {
        put(";pub-gruu=\"sip:")
        for index in 0..<userCount { put(escaped: aor[index], isPlain: aor[index].isUserByte) }
        put(aor.extracting(userCount..<aor.count))
        put(";gr=")
        var bounds = 0..<instance.count
        if bounds.count >= 2, instance[0] == 0x3c, instance[bounds.upperBound - 1] == 0x3e {
            bounds = 1..<bounds.upperBound - 1
        }
        var isEscape = false
        for index in bounds {
            let byte = instance[index]
            if byte == 0x5c, !isEscape {
                isEscape = true
            } else if byte != 0x0d, byte != 0x0a {
                isEscape = false
                put(escaped: byte, isPlain: byte.isURIParameterByte)
            }
        }
        put(byte: 0x22)
    }

    /// `;temp-gruu="sip:…@domain;gr"` (RFC 5627 §5.4).
    ///
    /// - Parameter host: `@` and the domain.
    mutating func put(temporaryGRUU user: SealedText, host: Span<UInt8>) {
        put(";temp-gruu=\"sip:")
        for index in 0..<SealedText.count { put(byte: user.character(at: index)) }
        put(host)
        put(";gr\"")
    }

    private mutating func put(escaped byte: UInt8, isPlain: Bool) {
        if isPlain { return put(byte: byte) }
        put(byte: 0x25)
        put(digit: byte >> 4)
        put(digit: byte & 15)
    }

    private mutating func put(digit: UInt8) {
        put(byte: digit < 10 ? 0x30 + digit : 0x37 + digit)
    }
}
