public import SIPDigest
public import SIPMessage
public import Timing

/// What a simulated phone wants done.
public enum PhoneOutput: Hashable, Sendable {
    /// Open its socket, or connect it; `opened` or `lost` is the answer.
    case open
    /// Send this message to the registrar.
    case send([UInt8])
}

/// One simulated phone: a pure machine that speaks REGISTER as a user agent does (RFC 3261 §10.2).
///
/// It is told what happens (`opened`, `lost`, `receive`, `tick`) and appends what it wants done. Time,
/// bytes and chance are arguments: the same seed and the same answers give the same conversation.
public struct VirtualPhone: Sendable {
    /// Where it stands.
    public enum State: Hashable, Sendable {
        /// Waits for its next attempt.
        case waiting
        /// A REGISTER is out.
        case registering
        /// It holds a binding and waits for the refresh.
        case registered
    }

    /// What it is like.
    public let profile: PhoneProfile
    /// Where it stands.
    public private(set) var state = State.waiting
    /// Grants so far.
    public private(set) var grants = 0
    /// Attempts that were refused so far.
    public private(set) var refusals = 0
    /// Attempts that nobody answered.
    public private(set) var timeouts = 0
    /// The Call-ID in use, by which its answers are found.
    public private(set) var callID = ""

    private var random: SeededRandom
    private var client: DigestClient
    private var local: Endpoint?
    private var isOpening = false
    private(set) var fromTag = ""
    private var cseq: UInt32 = 0
    private var contactPort: UInt16?
    private var expires: Int
    private var isLeaving = false
    private var isChallengedAfresh = false
    private var pending: ClientTransaction?
    private var wakeAt: Timestamp
    private var guess = 0

    /// So many contacts a roaming phone has within seconds.
    private static let quickMoves = 5

    /// A phone that begins `profile.startAfter` from now.
    public init(profile: PhoneProfile, seed: UInt64, now: Timestamp) {
        self.profile = profile
        random = SeededRandom(seed: seed)
        client = DigestClient(
            user: Array(profile.user.utf8),
            password: Array(profile.password.utf8),
            algorithms: profile.algorithms
        )
        expires = profile.expires
        wakeAt = now + profile.startAfter
        renewIdentity()
        if profile.kind == .staleNonce { rememberOldNonce() }
    }

    /// The moment of the next `tick` that does something.
    public var nextDeadline: Timestamp {
        if let pending { return pending.nextDeadline }
        return isOpening ? .distantFuture : wakeAt
    }

    // MARK: what happens to it

    /// Its socket is open: the address that its packets come from.
    public mutating func opened(local: Endpoint, now: Timestamp) {
        self.local = local
        isOpening = false
        wakeAt = max(wakeAt, now)
    }

    /// Its connection is gone or could not be made. It tries again after a while.
    public mutating func lost(now: Timestamp) {
        local = nil
        isOpening = false
        pending = nil
        state = .waiting
        wakeAt = now + around(profile.retryAfter)
    }

    /// Time has passed.
    public mutating func tick(now: Timestamp, using worker: DigestWorker, into outputs: inout [PhoneOutput]) {
        if var transaction = pending {
            switch transaction.tick(now: now) {
            case .nothing: return
            case .retransmit:
                outputs.append(.send(transaction.request))
                pending = transaction
            case .timeOut:
                pending = nil
                timeouts += 1
                rest(until: now + around(.seconds(5)))
            }
            return
        }
        guard now >= wakeAt, !isOpening else { return }
        guard local != nil else {
            isOpening = true
            outputs.append(.open)
            return
        }
        begin(now: now, using: worker, into: &outputs)
    }

    /// A message has come. True if it was the answer to the request that is out. A request is answered, if it is a
    /// ping and the phone is one that answers pings.
    @discardableResult
    public mutating func receive(
        _ message: [UInt8],
        now: Timestamp,
        using worker: DigestWorker,
        into outputs: inout [PhoneOutput],
    ) -> Bool {
        var head = MessageHead()
        guard (try? head.parse(message.span)) != nil else { return false }
        if head.kind == .request {
            if let answer = answer(to: head, message) { outputs.append(.send(answer)) }
            return false
        }
        guard let pending, head.kind == .response,
            let number = try? head.cseq(message.span).number, number == pending.cseq,
            let call = head.first(.callID), message[call.bounds].elementsEqual(callID.utf8)
        else { return false }
        guard !head.status.isProvisional else { return true }
        self.pending = nil
        switch head.status.rawValue {
        case 200...299: granted(head, message, now: now)
        case 401:
            challenged(head, message, wasAnswer: pending.isAnswer, now: now, using: worker, into: &outputs)
        case 423:
            let minimum = head.first(.minExpires).flatMap { Int(text(message, $0)) } ?? 0
            guard minimum > expires else { return refused(now: now) }
            expires = minimum
            send(now: now, using: worker, into: &outputs)
        case 500...599:
            let seconds =
                head.first(.retryAfter).flatMap { Int(text(message, $0).prefix { $0.isNumber }) } ?? 10
            rest(until: now + around(.seconds(max(1, seconds))))
        default: return refused(now: now)
        }
        return true
    }

    // MARK: attempts

    private mutating func begin(now: Timestamp, using worker: DigestWorker, into outputs: inout [PhoneOutput])
    {
        isChallengedAfresh = false
        isLeaving = profile.kind == .flapping && state == .registered
        if !isLeaving, profile.kind == .flapping { renewIdentity() }
        if profile.kind == .roaming, grants > 0 { contactPort = UInt16(random.number(in: 20_000...60_000)) }
        if profile.kind == .bruteForce { aim() }
        if !profile.reusesNonce { client.forget() }
        send(now: now, using: worker, into: &outputs)
    }

    private mutating func send(now: Timestamp, using worker: DigestWorker, into outputs: inout [PhoneOutput])
    {
        guard let local else { return }
        cseq += 1
        state = .registering
        let uri = "sip:\(profile.domain)"
        let credentials = client.authorization(
            method: Array("REGISTER".utf8),
            uri: Array(uri.utf8),
            cnonce: Array(random.hex(16).utf8),
            using: worker
        )
        let request = RegisterText(
            profile: profile,
            user: String(decoding: client.user, as: UTF8.self),
            requestURI: uri,
            local: local,
            contactPort: contactPort,
            branch: "z9hG4bK\(random.hex(16))",
            fromTag: fromTag,
            callID: callID,
            cseq: cseq,
            expires: isLeaving ? 0 : expires,
            credentials: credentials,
        ).bytes
        pending = ClientTransaction(
            request: request,
            cseq: cseq,
            isAnswer: credentials != nil && isChallengedAfresh,
            isReliable: profile.transport.isReliable,
            now: now
        )
        outputs.append(.send(request))
    }

    private mutating func challenged(
        _ head: MessageHead,
        _ message: [UInt8],
        wasAnswer: Bool,
        now: Timestamp,
        using worker: DigestWorker,
        into outputs: inout [PhoneOutput],
    ) {
        var isStale = false
        if let range = head.first(.wwwAuthenticate),
            let challenge = try? DigestChallenge(message.span, in: range, header: .wwwAuthenticate)
        {
            isStale = challenge.isStale
        }
        guard client.take(head, message.span), !wasAnswer || isStale else {
            _ = refused(now: now)
            return
        }
        isChallengedAfresh = true
        send(now: now, using: worker, into: &outputs)
    }

    private mutating func refused(now: Timestamp) -> Bool {
        refusals += 1
        rest(until: now + around(profile.retryAfter))
        return true
    }

    private mutating func granted(_ head: MessageHead, _ message: [UInt8], now: Timestamp) {
        grants += 1
        if isLeaving {
            rest(until: now + around(.seconds(2)))
            return
        }
        state = .registered
        let granted = Interval.seconds(grantedSeconds(head, message))
        switch profile.kind {
        case .flapping: wakeAt = now + around(profile.refreshAfter ?? .seconds(5))
        case .shortExpiry where grants % 6 == 0:
            // Out of reach for a while: late by its own rhythm, then expired, then back.
            wakeAt = now + granted + around(.seconds(10))
        case .roaming:
            // A few moves at once, so that its ghosts are seen; then so seldom that they stay within what one may have.
            wakeAt = now + (grants < Self.quickMoves ? .seconds(3) : min(.seconds(75), granted))
        default:
            let usual = Interval(nanoseconds: granted.nanoseconds / 100 * Int64(random.number(in: 80...90)))
            wakeAt = now + min(profile.refreshAfter.map { around($0) } ?? usual, usual)
        }
    }

    /// What the 200 grants to this phone's contact: the first one's, as registrars list the newest first.
    private func grantedSeconds(_ head: MessageHead, _ message: [UInt8]) -> Int {
        var contacts = HeaderValues<Contact>(.contact)
        if let contact = try? contacts.next(in: head, message.span), let expires = contact.expires {
            return Int(expires)
        }
        let header = try? head.expires(message.span)
        return header.map { Int($0.value) } ?? expires
    }

    private mutating func rest(until instant: Timestamp) {
        state = .waiting
        wakeAt = instant
    }

    // MARK: identity and chance

    /// Begins anew as after a restart: Call-ID, From tag, CSeq and, where phones take one, the port.
    private mutating func renewIdentity() {
        callID = "\(random.hex(24))@\(profile.claimedAddress.map { "\($0.address)" } ?? profile.domain)"
        fromTag = random.hex(10)
        cseq = UInt32(random.number(in: 1...2_000))
        contactPort = profile.kind == .flapping ? UInt16(random.number(in: 20_000...60_000)) : nil
    }

    /// Takes the next victim and the next password, on the nonce that is there.
    private mutating func aim() {
        guess += 1
        fromTag = random.hex(10)
        client.user = Array((random.pick(profile.victims) ?? profile.user).utf8)
        let words = ["1234", "admin", "password", "0000", "letmein", "secret\(guess)", "voip", "changeme"]
        client.password = Array((random.pick(words) ?? profile.password).utf8)
    }

    /// Sets up a nonce of the right form that no running registrar has made.
    private mutating func rememberOldNonce() {
        let algorithm = profile.algorithms.first ?? .md5
        let text = """
            SIP/2.0 401 Unauthorized\r
            WWW-Authenticate: Digest realm="\(profile.domain)", nonce="\(random.hex(32))", \
            algorithm=\(algorithm.name), qop="auth"\r
            Content-Length: 0\r
            \r

            """
        let message = Array(text.utf8)
        var head = MessageHead()
        guard (try? head.parse(message.span)) != nil else { return }
        _ = client.take(head, message.span)
    }

    /// The interval, a fifth more or less.
    private mutating func around(_ interval: Interval) -> Interval {
        Interval(nanoseconds: interval.nanoseconds / 100 * Int64(random.number(in: 80...120)))
    }
}

private func text(_ message: [UInt8], _ range: ByteRange) -> String {
    String(decoding: message[range.bounds], as: UTF8.self)
}
