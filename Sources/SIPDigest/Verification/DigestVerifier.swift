public import SIPMessage
public import Timing

/// Decides whether a request's credentials prove the account's password (design: hop 6).
///
/// One for all loops; what a loop owns is its `DigestWorker`. Each step that looks at something says so
/// in the findings, so that what the console explains is what was done. A user without an account costs
/// the same digests as one with it.
public struct DigestVerifier: Sendable {
    /// Makes and reads the nonces.
    public let mint: NonceMint
    /// Knows the counts that were used.
    public let window: NonceCountWindow

    /// Puts the two together.
    public init(mint: NonceMint, window: NonceCountWindow) {
        self.mint = mint
        self.window = window
    }

    /// A verifier with a random epoch, and a random secret unless one is given.
    ///
    /// - Parameters:
    ///   - random: the system's generator, except in tests.
    ///   - secret: what was drawn at an earlier start, so that what was sealed then can be opened; nil: a new one.
    ///     Nonces of then are none any more.
    ///   - lifetime: how long a nonce is good for.
    ///   - capacity: nonces whose counts are remembered.
    public init(
        random: inout some RandomNumberGenerator,
        secret: (UInt64, UInt64)? = nil,
        lifetime: Interval = .seconds(300),
        capacity: Int = NonceCountWindow.defaultCapacity,
    ) {
        mint = NonceMint(
            secret: secret ?? (random.next(), random.next()),
            epoch: UInt32(truncatingIfNeeded: random.next()),
            lifetime: lifetime
        )
        window = NonceCountWindow(capacity: capacity)
    }

    /// Looks at a request's credentials for the policy's realm. No allocation.
    ///
    /// - Parameters:
    ///   - head: the request's head, which is of these bytes.
    ///   - message: the whole message.
    ///   - header: where they stand: Authorization, or Proxy-Authorization for a proxy (RFC 3261 §22.3).
    public func verify(
        _ head: borrowing MessageHead,
        _ message: Span<UInt8>,
        header: HeaderName = .authorization,
        policy: borrowing DigestPolicy,
        accounts: borrowing Accounts,
        now: Timestamp,
        using worker: DigestWorker,
    ) -> Verification {
        var result = Verification()
        guard let credentials = select(head, message, header, policy, &result) else { return result }
        guard isComplete(credentials, &result), let algorithm = result.algorithm else { return result }
        guard policy.offers(algorithm) else { return result.fail(.algorithm, .badCredentials(.algorithm)) }
        result.pass(.algorithm)
        let nonceText = message.extracting(credentials.nonce.bounds(within: message.count))
        guard let nonce = mint.read(nonceText, realm: policy.realm.span, now: now, using: worker) else {
            return result.fail(.nonce, .nonceUnknown)
        }
        result.pass(.nonce)
        guard isOfferedQop(credentials.qop, algorithm, policy, &result) else { return result }
        compareURI(credentials, head, message, &result)
        let isRight = isRightResponse(
            credentials,
            algorithm,
            head,
            message,
            policy,
            accounts,
            worker,
            &result
        )
        guard isRight else { return result }
        guard isYoung(nonce, &result) else { return result }
        guard policy.checksNonceCount else {
            result.verdict = .granted
            return result
        }
        return admit(nonce, credentials, result)
    }

    // MARK: the steps, in their order

    /// The first credentials for our realm with an algorithm that we know: others are somebody else's.
    private func select(
        _ head: borrowing MessageHead,
        _ message: Span<UInt8>,
        _ header: HeaderName,
        _ policy: borrowing DigestPolicy,
        _ result: inout Verification,
    ) -> DigestCredentials? {
        var index = head.firstIndex(of: header)
        guard index != nil else {
            result.findings.append(DigestFinding(.credentials, .failed))
            return nil
        }
        var hasDigest = false
        var isOurRealm = false
        var isUnreadable = false
        while let field = index, let range = head[field]?.value {
            index = head.index(after: field)
            let read: DigestCredentials
            do throws(ParseError) {
                // Another scheme is for somebody else.
                guard let digest = try DigestCredentials(message, in: range, header: header) else {
                    continue
                }
                read = digest
                hasDigest = true
            } catch {
                isUnreadable = true
                continue
            }
            let realm = message.extracting(read.realm.bounds(within: message.count))
            guard isEqual(realm, policy.realm.span) else { continue }
            isOurRealm = true
            let name = message.extracting(read.algorithm.bounds(within: message.count))
            guard let algorithm = DigestAlgorithm(token: name) else { continue }
            result.findings.append(DigestFinding(.realm, .passed))
            result.algorithm = algorithm
            result.user = read.username
            return read
        }
        if isUnreadable, !isOurRealm {
            _ = result.fail(.credentials, .badCredentials(.credentials))
            return nil
        }
        if isOurRealm {
            result.findings.append(DigestFinding(.realm, .passed))
            _ = result.fail(.algorithm, .badCredentials(.algorithm))
        } else if hasDigest {
            _ = result.fail(.realm, .badCredentials(.realm))
        } else {
            result.findings.append(DigestFinding(.credentials, .failed))
        }
        return nil
    }

    /// All parameters are there that the form needs; a count of 0 is none (RFC 7616 §3.4).
    private func isComplete(_ credentials: DigestCredentials, _ result: inout Verification) -> Bool {
        let hasCommon =
            !credentials.username.isEmpty && !credentials.nonce.isEmpty && !credentials.uri.isEmpty
            && !credentials.response.isEmpty
        let hasCounts = credentials.qop == .none || !credentials.cnonce.isEmpty && (credentials.nc ?? 0) > 0
        guard hasCommon, hasCounts else {
            _ = result.fail(.credentials, .badCredentials(.credentials))
            return false
        }
        result.pass(.credentials)
        return true
    }

    private func isOfferedQop(
        _ qop: DigestQop,
        _ algorithm: DigestAlgorithm,
        _ policy: borrowing DigestPolicy,
        _ result: inout Verification,
    ) -> Bool {
        switch qop {
        case .auth where policy.qop.contains(.auth), .authInt where policy.qop.contains(.authInt):
            result.pass(.qop)
            return true
        case .none where policy.allowsLegacy && algorithm == .md5:
            // RFC 2069 knew MD5 only; with a later algorithm the form has no excuse.
            result.findings.append(DigestFinding(.qop, .tolerated))
            result.leniencies.insert(.legacy)
            return true
        default:
            _ = result.fail(.qop, .badCredentials(.qop))
            return false
        }
    }

    /// Never refuses: SIPp and phones behind a proxy put the server's address where the domain should be,
    /// pyVoIP adds a parameter. What was hashed is theirs, and the nonce ties it to us. The value tells
    /// how far apart the two are: 1 another port or parameters, 2 another host or user.
    private func compareURI(
        _ credentials: DigestCredentials,
        _ head: borrowing MessageHead,
        _ message: Span<UInt8>,
        _ result: inout Verification,
    ) {
        let uri = message.extracting(credentials.uri.bounds(within: message.count))
        let requestURI = message.extracting(head.requestURI.bounds(within: message.count))
        let comparison = DigestURI.compare(uri, requestURI)
        guard comparison != .same else { return result.pass(.uri) }
        result.findings.append(DigestFinding(.uri, .tolerated, value: comparison == .near ? 1 : 2))
        result.leniencies.insert(.uri)
    }

    private func isRightResponse(
        _ credentials: DigestCredentials,
        _ algorithm: DigestAlgorithm,
        _ head: borrowing MessageHead,
        _ message: Span<UInt8>,
        _ policy: borrowing DigestPolicy,
        _ accounts: borrowing Accounts,
        _ worker: DigestWorker,
        _ result: inout Verification,
    ) -> Bool {
        let user = message.extracting(credentials.username.bounds(within: message.count))
        let account = accounts.find(user: user, realm: policy.realm.span, algorithm: algorithm)
        // Without an account the same digests are made of zeros and thrown away.
        let ha1 = account.ha1 ?? DigestValue(zerosFor: algorithm)
        let expected = worker.response(to: credentials, ha1: ha1, head, message)
        let response = message.extracting(credentials.response.bounds(within: message.count))
        let isEqual = expected?.equals(hex: response) ?? false
        guard account.ha1 != nil else {
            // 1: there is an account, but not with this algorithm.
            _ = result.fail(.user, .unknownUser, value: account.isKnown ? 1 : 0)
            return false
        }
        result.pass(.user)
        guard isEqual else {
            _ = result.fail(.response, .wrongPassword)
            return false
        }
        result.pass(.response)
        if algorithm == .md5 { result.leniencies.insert(.md5) }
        return true
    }

    /// Only now, for an old nonce under a wrong password is a wrong password.
    private func isYoung(_ nonce: Nonce, _ result: inout Verification) -> Bool {
        let age = nonce.ageInMilliseconds
        guard Int64(age) <= mint.lifetime.nanoseconds / 1_000_000 else {
            _ = result.fail(.age, .stale, value: age)
            return false
        }
        result.findings.append(DigestFinding(.age, .passed, value: age))
        return true
    }

    /// The last step, since it takes note: a wrong response must not use up a count of the phone's nonce.
    private func admit(_ nonce: Nonce, _ credentials: DigestCredentials, _ known: Verification)
        -> Verification
    {
        var result = known
        // The RFC 2069 form has no count, so its nonce serves once.
        let isCounted = credentials.qop != .none
        let count = isCounted ? credentials.nc ?? 1 : 1
        switch window.admit(nonce, count: count) {
        case .fresh:
            result.findings.append(DigestFinding(.nonceCount, .passed, value: count))
            result.verdict = .granted
            return result
        case .replayed:
            return result.fail(.nonceCount, isCounted ? .replay(nonceCount: count) : .stale, value: count)
        case .forgotten: return result.fail(.nonceCount, .stale, value: count)
        }
    }
}

extension Verification {
    @inline(__always)
    mutating func pass(_ check: DigestCheck) { findings.append(DigestFinding(check, .passed)) }

    @inline(__always)
    mutating func fail(_ check: DigestCheck, _ verdict: Verdict, value: UInt32 = 0) -> Verification {
        findings.append(DigestFinding(check, .failed, value: value))
        self.verdict = verdict
        return self
    }
}

extension ByteRange {
    /// The bounds, cut to a message of this length: a range of other bytes must not trap.
    @inline(__always)
    func bounds(within length: Int) -> Range<Int> {
        let lower = min(Int(start), length)
        return lower..<min(lower + Int(count), length)
    }
}

extension DigestAlgorithm {
    /// The algorithm that a header names, in any case; none means MD5 (RFC 7616 §3.4).
    @inline(__always)
    init?(token: Span<UInt8>) {
        switch token.count {
        case 0: self = .md5
        case 3 where isEqual(token, ignoringCase: "md5"): self = .md5
        case 7 where isEqual(token, ignoringCase: "sha-256"): self = .sha256
        case 11 where isEqual(token, ignoringCase: "sha-512-256"): self = .sha512t256
        default: return nil
        }
    }
}

@inline(__always)
func isEqual(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    for index in 0..<a.count where a[index] != b[index] { return false }
    return true
}

/// Compares with lower-case ASCII text of the same length.
@inline(__always)
private func isEqual(_ a: Span<UInt8>, ignoringCase text: StaticString) -> Bool {
    for index in 0..<a.count {
        let byte = a[index]
        guard (byte &- 0x41 < 26 ? byte | 0x20 : byte) == text.utf8Start[index] else { return false }
    }
    return true
}
