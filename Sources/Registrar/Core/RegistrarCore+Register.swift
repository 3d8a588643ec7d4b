import BindingTable
import SIPMessage
import SIPTransaction
import Timing

extension RegistrarCore {
    /// RFC 3261 §10.3, its steps in their order (hops 5 to 9).
    mutating func register(
        _ bytes: Span<UInt8>,
        _ fields: RequestFields,
        _ identity: UInt64,
        _ context: RequestContext,
        _ handling: inout Handling,
    ) {
        if let reason = tooFast(context.path) { return refuse(reason, bytes, context, &handling) }
        var badges: Badges = []
        let domain: Int
        switch place(bytes, fields, context, &badges) {
        case .domain(let index): domain = index
        case .host: return refuse(.notOurDomain, bytes, context, &handling)
        case .elsewhere(let reason): return refuse(reason, bytes, context, &handling)
        }
        let names = Names(context, fields, identity, bytes)
        if fields.to.tag.isEmpty,
            state.merged.isMerged(names.copies, transaction: names.ways, now: context.path.at)
        {
            return refuse(.merged, bytes, context, &handling)
        }
        guard policy.domains[domain].takesRegistrations else {
            return refuse(.registrationNotOffered, bytes, context, &handling)
        }
        if let reason = extensionsAndBody(bytes, domain: domain) {
            return refuse(reason, bytes, context, &handling)
        }
        var request: RegisterRequest
        do throws(ParseError) {
            request = try RegisterRequest(
                head,
                bytes,
                fields,
                context,
                domain: domain,
                badges: badges
            )
        } catch {
            return refuse(reason(of: error), bytes, context, &handling)
        }
        let admission = authenticate(bytes, &request, context, &handling)
        handling.exchange.badges = request.badges
        if case .refused(let reason) = admission {
            // Without a transaction: a flood of challenges leaves nothing behind (RFC 3261 §8.2.7).
            return challenge(reason, domain: domain, bytes, fields, context, &handling)
        }
        answer(bytes, request, admission, names, context, &handling)
    }

    /// Under which names a request is remembered.
    private struct Names {
        /// Of its transaction.
        var key: TransactionKey
        /// Of all its copies (RFC 3261 §8.2.2.2).
        var copies: MergedRequests.Key
        /// Of this copy, without the source: a phone whose NAT gave it another port sends the same request
        /// again, and that is not one that was merged.
        var ways: TransactionKey

        init(_ context: RequestContext, _ fields: RequestFields, _ identity: UInt64, _ bytes: Span<UInt8>) {
            key = context.key(identity)
            copies = context.commonKey(fields, bytes)
            ways = TransactionKey(hash: identity, isReliable: context.path.transport.isReliable)
        }
    }

    /// Answers whoever has proved who it is, and keeps the answer: a request that comes again must not meet its
    /// own used nonce (RFC 3261 §17.2.2).
    private mutating func answer(
        _ bytes: Span<UInt8>,
        _ request: RegisterRequest,
        _ admission: Admission,
        _ names: Names,
        _ context: RequestContext,
        _ handling: inout Handling,
    ) {
        let start = encoder.bytes.count
        if let reason = change(bytes, request, admission, names.key, context, &handling) {
            challenge(reason, domain: request.domain, bytes, request.fields, context, &handling)
            // A used nonce is a refusal that must not be kept: it would outlive the reason. Nor is one kept of
            // whoever asks too fast: that must cost nothing.
            if case .onlyIfRepeated = admission { return }
            if case .tooFast = reason { return }
        }
        guard handling.end == .replied else { return }
        // Swapped out, not copied: the ring takes the only copy.
        var written: [UInt8] = []
        swap(&written, &encoder.bytes)
        let status = handling.exchange.status
        let now = context.path.at
        transactions.store(
            names.key,
            reply: written.span.extracting(start..<written.count),
            status: status,
            now: now
        )
        swap(&written, &encoder.bytes)
        state.merged.note(names.copies, transaction: names.ways, now: now)
    }

    /// Steps 4 to 8; returns why the request is refused, nil once a reply has been written or withheld.
    private mutating func change(
        _ bytes: Span<UInt8>,
        _ request: RegisterRequest,
        _ admission: Admission,
        _ key: TransactionKey,
        _ context: RequestContext,
        _ handling: inout Handling,
    ) -> RefusalReason? {
        let userCount: Int
        switch canonicalize(request.fields.to, bytes, domain: request.domain) {
        case .user(let count): userCount = count
        case .unreadable(let offset): return .malformed(.to, offset: offset)
        case .otherScheme: return .unknownAOR
        }
        if let reason = authorize(bytes, request, context.path, userCount: userCount) { return reason }
        if !policy.blocks.isEmpty, let block = policy.blocks.aor(bench.aor.span, at: context.path.at) {
            return .blockedAOR(seconds: block.secondsLeft(at: context.path.at))
        }
        if case .granted = admission, let reason = tooFastForAOR(context.path) { return reason }
        let contacts = policy.domains[request.domain].contacts(of: bench.aor.span.extracting(0..<userCount))
        if let reason = bench.wishes.read(head, bytes, longest: Int(contacts.longest), table: state.table) {
            return reason
        }
        let limit = contacts.maximum
        if bench.wishes.list.count > Int(limit) + ContactWishes.spare {
            return .tooManyContacts(limit: limit)
        }
        var extensions = RequestedExtensions()
        if let reason = readExtensions(&extensions, bytes, request, userCount: userCount, context) {
            return reason
        }
        let step = BindingStep(
            question: question(request, contacts, extensions, userCount: userCount, context.path),
            admission: admission,
            key: key,
            context: context
        )
        // The message itself holds all texts, but where a contact had to be shortened.
        let texts = bench.wishes.texts
        if texts.isEmpty { return bind(step, bytes, texts: bytes, &handling) }
        return bind(step, bytes, texts: texts.span, &handling)
    }

    /// What the decision depends on, the domain's rules among it.
    @inline(__always)
    private func question(
        _ request: RegisterRequest,
        _ contacts: ContactPolicy,
        _ extensions: RequestedExtensions,
        userCount: Int,
        _ path: ReceivedFrom,
    ) -> RegisterDecision.Question {
        RegisterDecision.Question(
            request: request,
            path: path,
            expiry: policy.domains[request.domain].expiry,
            contacts: contacts,
            extensions: extensions,
            userCount: userCount
        )
    }

    /// What the To of a REGISTER comes to.
    enum Canonical {
        /// Its address of record is on the bench; the user part is so long.
        case user(count: Int)
        case unreadable(offset: UInt16)
        case otherScheme
    }

    /// Step 5's canonical form, left on the bench.
    mutating func canonicalize(
        _ to: NameAddress,
        _ bytes: Span<UInt8>,
        domain: Int,
    ) -> Canonical {
        bench.aor.removeAll(keepingCapacity: true)
        if let count = plainUser(to.uri, bytes, domain: domain) {
            bench.aor.append(bytes, ByteRange(start: to.uri.start + 4, count: to.uri.count - 4))
            return .user(count: count)
        }
        do throws(ParseError) {
            let uri = try SIPURI(bytes, in: to.uri, part: .header(.to))
            guard uri.appendCanonicalAOR(bytes, to: &bench.aor) else { return .otherScheme }
            guard uri.hasUser else { return .user(count: 0) }
        } catch {
            return .unreadable(offset: error.offset)
        }
        // The last @ is the separator, for an unescaped user may hold one too.
        let at = bench.aor.lastIndex(of: 0x40) ?? 0
        return .user(count: at)
    }

    /// Length of the user part of a URI that is canonical as it stands: `sip:`, letters, digits and a few marks,
    /// the domain's own name, and nothing else. Nil for any other, which may mean the same.
    private func plainUser(_ range: ByteRange, _ bytes: Span<UInt8>, domain: Int) -> Int? {
        let uri = bytes.extracting(range.bounds)
        let name = policy.domains[domain].name
        let count = uri.count - 4 - 1 - name.count
        guard count > 0, uri[0] == 0x73, uri[1] == 0x69, uri[2] == 0x70, uri[3] == 0x3a,
            uri[4 + count] == 0x40
        else { return nil }
        for index in 4..<4 + count {
            let byte = uri[index]
            let isPlain =
                (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2d || byte == 0x2e
                || byte == 0x5f
            guard isPlain else { return nil }
        }
        return equal(uri.extracting(5 + count..<uri.count), name.span) ? count : nil
    }
}

/// All that the locked part of a REGISTER needs to know.
struct BindingStep: BitwiseCopyable {
    var question: RegisterDecision.Question
    var admission: Admission
    var key: TransactionKey
    var context: RequestContext
}
