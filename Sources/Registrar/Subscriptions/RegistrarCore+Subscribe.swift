import BindingTable
import SIPDigest
import SIPMessage
import SIPTransaction
import Timing

/// A SUBSCRIBE on its way through the checks.
struct SubscribeStep {
    var fields: RequestFields
    var context: RequestContext
    var key: TransactionKey
    /// The policy's domain whose address of record is watched.
    var domain: Int
    var wish = SubscribeRequest()
    /// Seconds that it gets.
    var granted: UInt32 = 0
    /// The dialog that it belongs to; nil for one that makes a new one.
    var dialog: UInt32?
}

extension RegistrarCore {
    /// RFC 6665 §4.2.1 and RFC 3680 §4: takes a SUBSCRIBE to the registration of an address of record.
    ///
    /// What can be told without knowing who asks is told first (Event, Accept, Expires); then it is authenticated
    /// as a REGISTER is.
    mutating func subscribe(
        _ bytes: Span<UInt8>,
        _ fields: RequestFields,
        _ context: RequestContext,
        _ handling: inout Handling,
    ) {
        let identity = context.identity(head, bytes)
        let key = context.key(identity)
        if repeatReply(key, context, &handling) { return }
        var badges: Badges = []
        var step = SubscribeStep(fields: fields, context: context, key: key, domain: 0)
        if let reason = locate(bytes, &step, &badges) ?? check(bytes, &step) {
            return refuse(reason, bytes, context, &handling)
        }
        var request: RegisterRequest
        do throws(ParseError) {
            request = try RegisterRequest(head, bytes, fields, context, domain: step.domain, badges: badges)
        } catch {
            return refuse(reason(of: error), bytes, context, &handling)
        }
        let copies = context.commonKey(fields, bytes)
        let ways = TransactionKey(hash: identity, isReliable: context.path.transport.isReliable)
        if fields.to.tag.isEmpty, state.merged.isMerged(copies, transaction: ways, now: context.path.at) {
            return refuse(.merged, bytes, context, &handling)
        }
        if let reason = tooFast(context.path) { return refuse(reason, bytes, context, &handling) }
        let admission = authenticate(bytes, &request, context, &handling)
        handling.exchange.badges = request.badges
        switch admission {
        case .refused(let reason), .onlyIfRepeated(let reason):
            // One that comes again has met its stored answer; nothing is kept of a challenge.
            return challenge(reason, domain: step.domain, bytes, fields, context, &handling)
        case .granted: break
        }
        let start = encoder.bytes.count
        if let reason = accept(bytes, request, &step, &handling) {
            if case .cseqNotHigher = reason {
                refuse(reason, as: .serverInternalError, bytes, context, &handling)
            } else {
                refuse(reason, bytes, context, &handling)
            }
        }
        keep(from: start, key, context, handling.exchange.status)
        state.merged.note(copies, transaction: ways, now: context.path.at)
    }

    /// Keeps the answer for the request's copies (RFC 3261 §17.2.2).
    private mutating func keep(
        from start: Int,
        _ key: TransactionKey,
        _ context: RequestContext,
        _ status: UInt16,
    ) {
        var written: [UInt8] = []
        swap(&written, &encoder.bytes)
        transactions.store(
            key,
            reply: written.span.extracting(start..<written.count),
            status: status,
            now: context.path.at
        )
        swap(&written, &encoder.bytes)
    }

    /// Finds the dialog, or the domain and the address of record of a new one, which is left on the bench.
    private mutating func locate(
        _ bytes: Span<UInt8>,
        _ step: inout SubscribeStep,
        _ badges: inout Badges,
    ) -> RefusalReason? {
        let fields = step.fields
        guard fields.to.tag.isEmpty else {
            guard let tag = Self.tag(bytes.extracting(fields.to.tag.bounds)),
                let slot = subscriptions.find(
                    localTag: tag,
                    remoteTag: bytes.extracting(fields.from.tag.bounds),
                    callID: bytes.extracting(fields.callID.bounds)
                ),
                let dialog = subscriptions[slot], dialog.end == nil,
                let domain = policy.domainIndex(Self.host(of: dialog.aor).span),
                policy.domains[domain].offersSubscriptions
            else { return .noDialog }
            step.dialog = slot
            step.domain = domain
            bench.aor = dialog.aor
            return nil
        }
        switch place(bytes, fields, step.context, &badges) {
        case .domain(let index): step.domain = index
        case .host: return policy.offersSubscriptions ? .notOurDomain : .methodNotAllowed
        case .elsewhere(let reason): return reason
        }
        guard policy.domains[step.domain].offersSubscriptions else { return .methodNotAllowed }
        bench.aor.removeAll(keepingCapacity: true)
        guard let uri = try? SIPURI(bytes, in: head.requestURI), uri.hasUser,
            uri.appendCanonicalAOR(bytes, to: &bench.aor)
        else { return .unknownAOR }
        return nil
    }

    /// Event, Accept, extensions and Expires, in the order of RFC 3261 §8.2 and RFC 6665 §4.2.1.1.
    private mutating func check(_ bytes: Span<UInt8>, _ step: inout SubscribeStep) -> RefusalReason? {
        if let reason = extensionsAndBody(bytes, domain: step.domain) ?? step.wish.readWish(head, bytes) {
            return reason
        }
        let rules = policy.domains[step.domain].subscriptions
        switch rules.grant(asked: step.wish.expires) {
        case .tooBrief: return .intervalTooBrief(asked: step.wish.expires ?? 0, minimum: rules.shortest)
        case .seconds(let seconds): step.granted = seconds
        }
        return step.wish.readWay(head, bytes)
    }

    /// Makes or prolongs the subscription of one who has proved who it is, and writes the 200.
    private mutating func accept(
        _ bytes: Span<UInt8>,
        _ request: RegisterRequest,
        _ step: inout SubscribeStep,
        _ handling: inout Handling,
    ) -> RefusalReason? {
        if let reason = mayWatch(bytes, request, step.context.path) { return reason }
        if let slot = step.dialog {
            guard let dialog = subscriptions[slot] else { return .noDialog }
            guard dialog.eventID == step.wish.eventID else { return .noDialog }
            guard request.cseq > dialog.remoteCSeq else {
                // Out of order: 500 (RFC 3261 §12.2.2).
                return .cseqNotHigher(got: request.cseq, have: dialog.remoteCSeq)
            }
            prolong(slot, step, request)
            writeAccepted(bytes, step, toTag: nil, &handling)
            return nil
        }
        let dialog = dialog(bytes, step, request)
        guard dialog.byteCount <= Subscription.maximumBytes else {
            return .messageTooLarge(limit: UInt32(Subscription.maximumBytes))
        }
        let rules = policy.domains[step.domain].subscriptions
        guard step.granted == 0 || subscriptions.count(of: dialog.aor) < Int(rules.maximum) else {
            return .tooManySubscriptions(limit: rules.maximum)
        }
        guard subscriptions.insert(dialog) else { return .overloaded(retryAfter: 30) }
        writeAccepted(bytes, step, toTag: dialog.localTag, &handling)
        return nil
    }

    /// RFC 3680 §4.6: the user of an address of record may watch it, and the domain's administrators.
    private func mayWatch(
        _ bytes: Span<UInt8>,
        _ request: RegisterRequest,
        _ path: ReceivedFrom,
    ) -> RefusalReason? {
        let now = path.at
        let aor = bench.aor.span
        let userCount = bench.aor.lastIndex(of: 0x40) ?? 0
        let reason = authorize(bytes, request, path, userCount: userCount)
        guard reason == .notAllowedForAOR else {
            guard reason == nil, let block = policy.blocks.aor(aor, at: now) else { return reason }
            return .blockedAOR(seconds: block.secondsLeft(at: now))
        }
        let domain = policy.domains[request.domain]
        let account = bytes.extracting(request.account.bounds).copied
        guard domain.subscriptions.administrators.contains(account) else { return reason }
        guard userCount > 0, equal(aor.extracting(userCount + 1..<aor.count), domain.name.span) else {
            return .unknownAOR
        }
        let user = aor.extracting(0..<userCount)
        let realm = domain.digest.realm
        let isKnown =
            domain.accounts.contains(user: user, realm: realm.span)
            || domain.accounts.contains(user: aor, realm: realm.span)
        return isKnown ? nil : .unknownAOR
    }

    private func dialog(
        _ bytes: Span<UInt8>,
        _ step: SubscribeStep,
        _ request: RegisterRequest,
    ) -> Subscription {
        let fields = step.fields
        let now = step.context.path.at
        return Subscription(
            aor: bench.aor,
            callID: bytes.extracting(fields.callID.bounds).copied,
            localTag: step.context.toTag,
            remoteTag: bytes.extracting(fields.from.tag.bounds).copied,
            localURI: Self.unfolded(bytes, fields.to.uri),
            remoteURI: Self.unfolded(bytes, fields.from.uri),
            eventID: step.wish.eventID,
            target: step.wish.target,
            routes: step.wish.routes,
            path: step.context.path,
            isUnproved: !step.context.path.transport.isReliable && request.account.isEmpty,
            remoteCSeq: fields.cseq.number,
            expiresAt: now + .seconds(Int(step.granted)),
            end: step.granted == 0 ? .timeout : nil,
            lookAt: now
        )
    }

    /// A SUBSCRIBE within the dialog: a new end, perhaps a new target, and a NOTIFY of everything at once
    /// (RFC 6665 §4.2.1.2, §4.2.1.4).
    private mutating func prolong(_ slot: UInt32, _ step: SubscribeStep, _ request: RegisterRequest) {
        let now = step.context.path.at
        let path = step.context.path
        let isElsewhere = subscriptions[slot]?.path.source != path.source
        let isForgeable = !path.transport.isReliable && request.account.isEmpty
        subscriptions.forgetWaiting(slot, unless: step.context.path)
        subscriptions.update(slot) {
            $0.remoteCSeq = step.fields.cseq.number
            $0.target = step.wish.target
            $0.path = path
            $0.isUnproved = isForgeable && ($0.isUnproved || isElsewhere)
            $0.isCutOff = false
            $0.expiresAt = now + .seconds(Int(step.granted))
            if step.granted == 0 { $0.end = .timeout }
            $0.isDue = true
            $0.needsFull = true
            $0.lookAt = now
        }
    }

    /// 200 with what was granted (RFC 6665 §4.2.1.1, RFC 3261 §12.1.1).
    private mutating func writeAccepted(
        _ bytes: Span<UInt8>,
        _ step: SubscribeStep,
        toTag: UInt64?,
        _ handling: inout Handling,
    ) {
        let context = step.context
        encoder.beginResponse(
            .ok,
            to: head,
            bytes,
            via: context.via,
            from: context.path.source,
            toTag: toTag
        )
        encoder.copy(.recordRoute, of: head, bytes)
        encoder.ownContact(over: context.path)
        encoder.header(.expires, decimal: UInt64(step.granted))
        encoder.header(.allowEvents, "reg")
        appendServer()
        encoder.finish()
        handling.end = .replied
        handling.isAdvanceWanted = true
        handling.exchange.status = StatusCode.ok.rawValue
        handling.exchange.granted = step.granted
    }

    /// A tag of ours: sixteen hexadecimal digits.
    static func tag(_ text: Span<UInt8>) -> UInt64? {
        text.count == 16 ? text.hexadecimal(0..<16) : nil
    }

    /// The domain of a canonical address of record.
    static func host(of aor: [UInt8]) -> [UInt8] {
        Array(aor[((aor.lastIndex(of: 0x40) ?? -1) + 1)...])
    }

    private static func unfolded(_ bytes: Span<UInt8>, _ range: ByteRange) -> [UInt8] {
        var text: [UInt8] = []
        text.append(unfolding: bytes, range)
        return text
    }
}

extension Domain {
    /// SUBSCRIBE with `Event: reg` is served for its addresses of record.
    var offersSubscriptions: Bool { takesRegistrations && subscriptions.isOffered }
}

extension Policy {
    /// One of the domains serves SUBSCRIBE.
    var offersSubscriptions: Bool { domains.contains { $0.offersSubscriptions } }
}

extension Span<UInt8> {
    /// The bytes as an array of their own.
    var copied: [UInt8] { withUnsafeBufferPointer { Array($0) } }
}
