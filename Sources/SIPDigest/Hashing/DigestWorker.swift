internal import CCrypto

/// The digest contexts of one loop: made once, used for every message, never shared.
///
/// Not `Sendable` on purpose: a context holds the state of the digest in progress. Nothing is allocated
/// after `init`.
public final class DigestWorker {
    private let hasher: UnsafeMutablePointer<ccrypto_hasher>
    /// Which of the registrar's workers this is: keeps the nonces of two loops apart.
    public let lane: UInt8
    private var serial: UInt32
    /// What `response` remembers of earlier messages.
    var memo = A2Memo()

    /// Fetches the algorithms and makes their contexts.
    ///
    /// - Parameter lane: a number that no other worker of the same `NonceMint` has.
    public init(lane: UInt8) throws(DigestError) {
        var missing: Int32 = -1
        guard let hasher = ccrypto_hasher_new(&missing) else {
            guard let algorithm = UInt8(exactly: missing).flatMap(DigestAlgorithm.init(rawValue:)) else {
                throw .outOfMemory
            }
            throw .algorithmMissing(algorithm)
        }
        self.hasher = hasher
        self.lane = lane
        serial = 0
    }

    deinit { ccrypto_hasher_free(hasher) }

    /// Digests made so far: tests compare what an unknown user costs with what a known one does.
    public var digestCount: UInt64 { hasher.pointee.digests }

    /// The next number for a nonce: the lane, and a count that wraps after 2²⁴.
    func nextSerial() -> UInt32 {
        serial = (serial &+ 1) & 0xff_ffff
        return UInt32(lane) << 24 | serial
    }

    // MARK: one digest: begin, append…, finish

    @inline(__always)
    func begin(_ algorithm: DigestAlgorithm) {
        ccrypto_begin(hasher, Int32(algorithm.rawValue))
    }

    @inline(__always)
    func append(_ byte: UInt8) { ccrypto_append_byte(hasher, byte) }

    @inline(__always)
    func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { ccrypto_append(hasher, base, buffer.count) }
        }
    }

    @inline(__always)
    func append(_ text: StaticString) {
        ccrypto_append(hasher, text.utf8Start, text.utf8CodeUnitCount)
    }

    /// Appends the eight bytes of a word, the lowest first.
    @inline(__always)
    func append(word: UInt64) { ccrypto_append_word(hasher, word) }

    /// Appends the lower-case hex form of a digest.
    @inline(__always)
    func append(hexOf value: DigestValue) {
        value.bytes.span.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { ccrypto_append_hex(hasher, base, value.algorithm.byteCount) }
        }
    }

    /// Ends the digest that was begun with the same algorithm; nil if libcrypto failed.
    @inline(__always)
    func finish(_ algorithm: DigestAlgorithm) -> DigestValue? {
        var value = DigestValue(zerosFor: algorithm)
        var span = value.bytes.mutableSpan
        let healthy = span.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { ccrypto_finish(hasher, $0) == 1 } ?? false
        }
        return healthy ? value : nil
    }

    // MARK: the digests of RFC 7616

    /// H(A1) = H(user:realm:password), RFC 7616 §3.4.2; nil if libcrypto failed.
    ///
    /// For the account tool and for phones: the registrar itself never sees a password.
    public func ha1(
        _ algorithm: DigestAlgorithm,
        user: Span<UInt8>,
        realm: Span<UInt8>,
        password: Span<UInt8>,
    ) -> DigestValue? {
        begin(algorithm)
        append(user)
        append(0x3a)
        append(realm)
        append(0x3a)
        append(password)
        return finish(algorithm)
    }
}
