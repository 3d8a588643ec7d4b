public import Timing

/// Makes nonces that prove themselves, so that a challenge leaves nothing behind in memory.
///
/// A nonce is 12 bytes of what we say (age, epoch, serial) and 12 bytes of proof:
///
///     issued, ms (5) ‖ epoch (3) ‖ serial (4) ‖ first 12 bytes of SHA-256(secret ‖ those ‖ realm)
///
/// A secret prefix under a hash whose output is cut short is a sound keyed function (the cut hides
/// the chaining state, so nothing can be appended: Coron et al. 2005, "chop"), and costs one digest
/// where HMAC costs two and, in OpenSSL 3.0, two allocations.
public struct NonceMint: Sendable {
    let secret: InlineArray<16, UInt8>
    /// Tells this run of the program from others that know the secret; 24 bits.
    public let epoch: UInt32
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
        var words = InlineArray<4, UInt64>(repeating: 0)
        words[0] = milliseconds(now) << 8 | UInt64(epoch >> 16)
        words[1] = UInt64(epoch & 0xffff) << 32 | UInt64(worker.nextSerial())
        guard let proof = proof(of: words, realm: realm, using: worker) else { return nil }
        words[2] = proof.first
        words[3] = proof.second
        return NonceText(words)
    }

    /// Reads a nonce that came back; nil unless this mint made it in this run for this realm.
    ///
    /// One digest if it has the form of ours, whether it is genuine or not.
    public func read(
        _ text: Span<UInt8>,
        realm: Span<UInt8>,
        now: Timestamp,
        using worker: DigestWorker,
    ) -> Nonce? {
        guard let words = NonceText.words(of: text), let proof = proof(of: words, realm: realm, using: worker)
        else { return nil }
        let itsEpoch = (words[0] & 0xff) << 16 | words[1] >> 32
        let difference = (words[2] ^ proof.first) | (words[3] ^ proof.second) | (itsEpoch ^ UInt64(epoch))
        guard difference == 0 else { return nil }
        let issued = words[0] >> 8
        // Another loop may have read the clock a little later than this one.
        let age = max(0, Int64(milliseconds(now)) - Int64(issued))
        return Nonce(
            key: words[2] << 16 | words[3] & 0xffff,
            issued: issued,
            ageInMilliseconds: UInt32(clamping: age)
        )
    }

    private func milliseconds(_ instant: Timestamp) -> UInt64 {
        UInt64(max(0, instant.nanoseconds)) / 1_000_000 & 0xff_ffff_ffff
    }

    /// The first 96 bits of SHA-256(secret ‖ the two first words ‖ realm), 48 by 48.
    private func proof(
        of words: InlineArray<4, UInt64>,
        realm: Span<UInt8>,
        using worker: DigestWorker,
    ) -> (first: UInt64, second: UInt64)? {
        worker.begin(.sha256)
        worker.append(secret.span)
        worker.append(word: words[0])
        worker.append(word: words[1])
        worker.append(realm)
        guard let value = worker.finish(.sha256) else { return nil }
        var proof = (first: UInt64(0), second: UInt64(0))
        for index in 0..<6 {
            proof.first = proof.first << 8 | UInt64(value.bytes[index])
            proof.second = proof.second << 8 | UInt64(value.bytes[6 + index])
        }
        return proof
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
