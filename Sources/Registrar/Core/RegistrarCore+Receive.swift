import BindingTable
import SIPMessage
import SIPTransaction
import Timing

extension RegistrarCore {
    /// Hops 3 to 5: reads the message and goes through the checks of RFC 3261 §8.2 in their order.
    mutating func receive(
        _ bytes: Span<UInt8>,
        _ path: ReceivedFrom,
        _ clock: ClockReading,
        _ handling: inout Handling,
    ) {
        var fault: RefusalReason?
        do throws(ParseError) {
            try head.parse(
                bytes,
                limits: policy.limits,
                framing: path.transport.keepsMessagesWhole ? .datagram : .stream
            )
        } catch {
            fault = reason(of: error)
        }
        // A response is never answered, nor an ACK.
        guard head.kind == .request, head.method != .ack else {
            guard fault == nil else { return }
            let isOurs = head.kind == .response && receiveResponse(bytes, path, &handling)
            if policy.hasCalls, !isOurs, !isBlocked(path) { handling.end = .forProxy }
            return
        }
        guard let via = try? head.topVia(bytes) else {
            // Nobody knows where an answer should go, unless it is the other version's Via that we can't read.
            if fault == .version { refuseVersion(bytes, path, &handling) }
            return
        }
        let table = state.table
        let callID = head.first(.callID) ?? .empty
        let context = RequestContext(
            via: via,
            path: path,
            clock: clock,
            callIDHash: table.hash(bytes.extracting(callID.bounds)),
            branchHash: table.hash(bytes.extracting(via.branch.bounds)),
        )
        handling.destination = via.destination(over: path)
        handling.callIDHash = context.callIDHash
        if !policy.blocks.isEmpty, let block = policy.blocks.source(path.source.address, at: path.at) {
            return refuse(.blockedSource(seconds: block.secondsLeft(at: path.at)), bytes, context, &handling)
        }
        if let fault { return refuse(fault, bytes, context, &handling) }
        guard !policy.hasCalls || isOurs(bytes, path) else {
            handling.end = .forProxy
            return
        }
        dispatch(bytes, context, &handling)
    }

    /// RFC 3261 §8.2.1: the method comes first.
    private mutating func dispatch(
        _ bytes: Span<UInt8>,
        _ context: RequestContext,
        _ handling: inout Handling
    ) {
        if head.method == .other { return refuse(.unknownMethod, bytes, context, &handling) }
        var identity: UInt64 = 0
        if head.method == .register {
            identity = context.identity(head, bytes)
            if repeatReply(context.key(identity), context, &handling) { return }
        }
        let fields: RequestFields
        do throws(ParseError) {
            fields = try RequestFields(head, bytes)
        } catch {
            return refuse(reason(of: error), bytes, context, &handling)
        }
        switch head.method {
        case .register:
            register(bytes, fields, identity, context, &handling)
        case .subscribe:
            subscribe(bytes, fields, context, &handling)
        case .bye, .cancel, .notify, .info, .update, .prack:
            // They belong to a dialog or a transaction, and there is none here (§9.2, §12.2.2, RFC 6665 §4.1.3).
            refuse(.noDialog, bytes, context, &handling)
        case _ where !fields.to.tag.isEmpty:
            refuse(.noDialog, bytes, context, &handling)
        case .options:
            options(bytes, fields, context, &handling)
        default:
            refuse(.methodNotAllowed, bytes, context, &handling)
        }
    }

    /// RFC 3261 §11.2. Answered without a transaction: a repeated request gets the same answer anyway.
    private mutating func options(
        _ bytes: Span<UInt8>,
        _ fields: RequestFields,
        _ context: RequestContext,
        _ handling: inout Handling,
    ) {
        var badges: Badges = []
        var domain: Int?
        switch place(bytes, fields, context, &badges) {
        case .domain(let index): domain = index
        case .host: break
        case .elsewhere(let reason): return refuse(reason, bytes, context, &handling)
        }
        if let reason = extensionsAndBody(bytes, domain: domain) {
            return refuse(reason, bytes, context, &handling)
        }
        handling.exchange.badges = badges
        bench.offered = offered(domain)
        capabilities(bytes, context, &handling)
    }

    /// A REGISTER that was answered before gets that answer again; one in progress is dropped (§17.2.2).
    mutating func repeatReply(
        _ key: TransactionKey,
        _ context: RequestContext,
        _ handling: inout Handling,
    ) -> Bool {
        switch transactions.lookup(key, now: context.path.at) {
        case .new:
            return false
        case .inProgress:
            handling.exchange.isRetransmission = true
            return true
        case .retransmission(let stored):
            let start = encoder.bytes.count
            transactions.append(stored, to: &encoder.bytes)
            handling.end = .replied
            handling.exchange.isRetransmission = true
            handling.exchange.status = statusCode(at: start)
            return true
        }
    }

    /// The three digits of a reply that begins at an offset of the buffer (`SIP/2.0 200 OK`).
    private func statusCode(at start: Int) -> UInt16 {
        guard encoder.bytes.count >= start + 11 else { return 0 }
        var code: UInt16 = 0
        for index in start + 8..<start + 11 { code = code * 10 + UInt16(encoder.bytes[index] &- 0x30) }
        return code
    }

    // MARK: RFC 3261 §8.2.2 and §8.2.3

    /// What the Request-URI names.
    enum Place: BitwiseCopyable {
        /// One of our domains, by its index in the policy.
        case domain(Int)
        /// This host itself.
        case host
        /// Neither, or nothing that can be read.
        case elsewhere(RefusalReason)
    }

    /// Finds the domain of the Request-URI (RFC 3261 §8.2.2.1, §10.3 step 1); collects badges on the way.
    mutating func place(
        _ bytes: Span<UInt8>,
        _ fields: RequestFields,
        _ context: RequestContext,
        _ badges: inout Badges,
    ) -> Place {
        if context.via.transport != context.path.transport { badges.insert(.viaTransport) }
        if !head.contains(.contentLength) { badges.insert(.noContentLength) }
        if head.contains(.route), routeNamesUs(bytes, context.path) { badges.insert(.preloadedRoute) }
        let text = bytes.extracting(head.requestURI.bounds)
        if let domain = lastURI.domain(of: text) { return .domain(domain) }
        let uri: SIPURI
        do throws(ParseError) {
            uri = try SIPURI(bytes, in: head.requestURI)
        } catch {
            return .elsewhere(.malformed(.other, offset: error.offset))
        }
        guard uri.isSIP else { return .elsewhere(.unsupportedScheme) }
        if uri.hasUser { badges.insert(.requestURIUser) }
        if let domain = domain(of: uri, bytes) {
            if !uri.hasUser { lastURI.remember(text, domain) }
            return .domain(domain)
        }
        if uri.host.address(bytes) == context.path.local.address { return .host }
        // Not ours: a proxy would pass it on, but for Max-Forwards 0 not even that (§16.3).
        return .elsewhere(fields.maxForwards == 0 ? .tooManyHops : .notOurDomain)
    }

    /// The domain that a URI's host names.
    mutating func domain(of uri: SIPURI, _ bytes: Span<UInt8>) -> Int? {
        var host: [UInt8] = []
        swap(&host, &bench.host)
        host.removeAll(keepingCapacity: true)
        uri.appendCanonicalHost(bytes, to: &host)
        let index = policy.domainIndex(host.span)
        swap(&host, &bench.host)
        return index
    }

    /// The topmost Route is ourselves: consumed, as RFC 3261 §16.4 has it.
    private mutating func routeNamesUs(_ bytes: Span<UInt8>, _ path: ReceivedFrom) -> Bool {
        var routes = HeaderValues<NameAddress>(.route)
        guard let route = try? routes.next(in: head, bytes),
            let uri = try? SIPURI(bytes, in: route.uri, part: .header(.route)), uri.isSIP
        else { return false }
        return uri.host.address(bytes) == path.local.address || domain(of: uri, bytes) != nil
    }

    /// The option tags that a domain offers; none without a domain.
    private func offered(_ domain: Int?) -> OptionTags {
        domain.map { policy.domains[$0].extensions.offered } ?? []
    }

    /// RFC 3261 §8.2.2.3 and §8.2.3: what may be required is what the domain offers; no body is understood.
    ///
    /// Leaves on the bench what is offered, for the answer 420.
    /// - Parameter domain: whose offer counts; nil: nothing is offered.
    mutating func extensionsAndBody(_ bytes: Span<UInt8>, domain: Int? = nil) -> RefusalReason? {
        if head.contains(.require) {
            bench.offered = offered(domain)
            do throws(ParseError) {
                let required = try head.optionTags(.require, bytes)
                guard required.isSubset(of: bench.offered) else { return .badExtension }
            } catch {
                return reason(of: error)
            }
        }
        guard !head.body.isEmpty else { return nil }
        guard Int(head.body.count) <= policy.bodyBytes else {
            return .bodyTooLarge(limit: UInt32(clamping: policy.bodyBytes))
        }
        // Without a type the body is stray bytes behind a datagram's message.
        guard head.contains(.contentType) || head.contains(.contentEncoding) else { return nil }
        return isBodyOptional(bytes) ? nil : .unsupportedBody
    }

    /// `Content-Disposition: …;handling=optional` (RFC 3261 §20.11).
    private func isBodyOptional(_ bytes: Span<UInt8>) -> Bool {
        guard let value = head.first(.contentDisposition) else { return false }
        var start = value.bounds.lowerBound
        while start < value.bounds.upperBound, bytes[start] != 0x3b { start += 1 }
        let range = ByteRange(
            start: UInt16(clamping: start),
            count: UInt16(clamping: value.bounds.upperBound - start)
        )
        var walk = HeaderParameters(range, header: .contentDisposition)
        while let parameter = try? walk.next(bytes) {
            if isName(bytes.extracting(parameter.name.bounds), "handling") {
                return isName(bytes.extracting(parameter.value.bounds), "optional")
            }
        }
        return false
    }

    /// A refusal for what the parser found.
    func reason(of error: ParseError) -> RefusalReason { policy.reason(of: error) }
}
