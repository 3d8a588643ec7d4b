public import Timing

/// Makes nonces that prove themselves, so that a challenge leaves nothing behind in memory.
///
/// A nonce is 12 bytes of what we say (age, epoch, serial) and 12 bytes of proof:
///
///     issued, ms (5) ‖ epoch (3) ‖ serial (4) ‖ first 12 bytes of SHA-256(secret ‖ those 12 ‖ realm)
///
/// A secret prefix under a hash whose output is cut short is a sound keyed function (the cut hides
/// the chaining state, so nothing can be appended: Coron et al. 2005, "chop"), and costs one digest
/// where HMAC costs two and, in OpenSSL 3.0, two allocations.
public struct NonceMint: Sendable {
    private let secret: InlineArray<16, UInt8>
    private let epoch: UInt32
    /// How long a nonce is good for; an older one gets `stale`.
    public let lifetime: Interval

    /// A mint with a secret of 128 random bits.
    ///
    /// - Parameters:
    ///   - epoch: tells this run of the program from others that know the secret, since the instants
    ///     in a nonce mean nothing to them; the low 24 bits count.
    ///   - lifetime: 300 s unless set.
    public init(secret: (UInt64, UInt64), epoch: UInt32, lifetime: Interval = .seconds(300)) {
        var bytes = InlineArray<16, UInt8>(repeating: 0)
        for index in 0..<8 {
            bytes[index] = UInt8(truncatingIfNeeded: secret.0 >> UInt64(8 * index))
            bytes[8 + index] = UInt8(truncatingIfNeeded: secret.1 >> UInt64(8 * index))
        }
        self.secret = bytes
        self.epoch = epoch & 0xff_ffff
        self.lifetime = lifetime
    }

    /// A fresh nonce for a realm. One digest, no allocation; nil if libcrypto failed.
    public func mint(realm: Span<UInt8>, now: Timestamp, using worker: DigestWorker) -> NonceText? {
        let issued = UInt64(max(0, now.nanoseconds)) / 1_000_000
        let serial = worker.nextSerial()
        var bytes = InlineArray<24, UInt8>(repeating: 0)
        for index in 0..<5 { bytes[index] = UInt8(truncatingIfNeeded: issued >> UInt64(32 - 8 * index)) }
        for index in 0..<3 { bytes[5 + index] = UInt8(truncatingIfNeeded: epoch >> UInt32(16 - 8 * index)) }
        for index in 0..<4 { bytes[8 + index] = UInt8(truncatingIfNeeded: serial >> UInt32(24 - 8 * index)) }
        guard let proof = proof(of: bytes, realm: realm, using: worker) else { return nil }
        for index in 0..<12 { bytes[12 + index] = proof.bytes[index] }
        return NonceText(bytes)
    }

    /// Reads a nonce that came back; nil unless this mint made it in this run for this realm.
    ///
    /// One digest if it has the form of ours, whether it is genuine or not.
    public func read(_ text: Span<UInt8>, realm: Span<UInt8>, now: Timestamp, using worker: DigestWorker)
        -> Nonce?
    {
        guard let bytes = NonceText.bytes(of: text), let proof = proof(of: bytes, realm: realm, using: worker)
        else { return nil }
        var difference: UInt8 = 0
        for index in 0..<12 { difference |= bytes[12 + index] ^ proof.bytes[index] }
        for index in 0..<3 {
            difference |= bytes[5 + index] ^ UInt8(truncatingIfNeeded: epoch >> UInt32(16 - 8 * index))
        }
        guard difference == 0 else { return nil }
        var issued: UInt64 = 0
        for index in 0..<5 { issued = issued << 8 | UInt64(bytes[index]) }
        var key: UInt64 = 0
        for index in 12..<20 { key = key << 8 | UInt64(bytes[index]) }
        // Another loop may have read the clock a little later than this one.
        let age = max(0, Int64(max(0, now.nanoseconds) / 1_000_000) - Int64(issued))
        return Nonce(key: key, issued: issued, ageInMilliseconds: UInt32(clamping: age))
    }

    private func proof(
        of bytes: InlineArray<24, UInt8>,
        realm: Span<UInt8>,
        using worker: DigestWorker,
    ) -> DigestValue? {
        worker.begin(.sha256)
        worker.append(secret.span)
        worker.append(bytes.span.extracting(first: 12))
        worker.append(realm)
        return worker.finish(.sha256)
    }
}

/// A nonce of ours that came back.
public struct Nonce: Hashable, Sendable, BitwiseCopyable {
    /// 64 bits of its proof: as good as unique, and nobody can choose them.
    public let key: UInt64
    /// When it was made, in milliseconds of the monotonic clock.
    public let issued: UInt64
    /// How long ago that is.
    public let ageInMilliseconds: UInt32

    /// Puts the parts together.
    public init(key: UInt64, issued: UInt64, ageInMilliseconds: UInt32) {
        self.key = key
        self.issued = issued
        self.ageInMilliseconds = ageInMilliseconds
    }
}
