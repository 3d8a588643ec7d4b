import SIPMessage

/// Writes a request as it is passed on (RFC 3261 §16.6 steps 1 to 8).
///
/// All that no step names is copied byte for byte, names, folds and white space included, in its order. Nothing is
/// allocated once the encoder has room, unless Route is rewritten.
enum ForwardedRequest {
    /// Appends the request for one target.
    ///
    /// - Parameters:
    ///   - head: the request as it came; `via` is its topmost Via, `arrived` the way that it came by.
    ///   - plan: what was decided.
    ///   - target: one of the plan's targets.
    ///   - branch: names the branch's transaction.
    ///   - leaving: the way to the target.
    ///   - breadth: Max-Breadth of this branch.
    ///   - tokens: seals the flows that Record-Route names.
    static func write(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        via: Via,
        arrived: ReceivedFrom,
        plan: ForwardPlan,
        target: CallTarget,
        branch: ProxyBranch,
        leaving: WayOut,
        breadth: UInt16,
        place: ProxyPlace,
        tokens: FlowTokens,
        into encoder: inout MessageEncoder,
    ) {
        let route = ForwardedRoute(head, bytes, plan, target)
        encoder.bytes.append(bytes, head.methodRange)
        encoder.bytes.append(0x20)
        encoder.bytes.append(route.requestURI.span)
        encoder.bytes.append(" SIP/2.0\r\n")
        append(branch, leaving, to: &encoder)
        if plan.recordsRoute {
            let record = RecordRoute(
                arrived: arrived,
                leaving: leaving,
                plan: plan,
                target: target,
                isSecure: isSecure(route.requestURI),
                place: place,
                tokens: tokens
            )
            record.append(to: &encoder)
        }
        if route.isRewritten { route.append(bytes, to: &encoder) }
        if !head.contains(.maxForwards) { encoder.header(.maxForwards, decimal: UInt64(plan.maxForwards)) }
        if !head.contains(.maxBreadth) { encoder.header(.maxBreadth, decimal: UInt64(breadth)) }
        for index in 0..<head.count {
            guard let field = head[index] else { continue }
            switch field.name {
            case .via where index == head.firstIndex(of: .via):
                append(via, in: field, bytes, arrived, head.rawEnd(of: index, bytes), to: &encoder)
            case .maxForwards:
                encoder.header(.maxForwards, decimal: UInt64(plan.maxForwards))
            case .maxBreadth:
                encoder.header(.maxBreadth, decimal: UInt64(breadth))
            case .route where route.isRewritten: break
            case .pAssertedIdentity where !plan.passesIdentity: break
            case .pPreferredIdentity where !plan.passesIdentity: break
            case .remotePartyID where !plan.passesIdentity: break
            case .proxyAuthorization where isOwn(field, bytes, plan.ownRealms): break
            default:
                encoder.bytes.append(raw: bytes, head.rawBounds(of: index, bytes))
            }
        }
        encoder.end(head, bytes, hasLength: head.contains(.contentLength))
    }

    /// Step 8: our own Via.
    private static func append(_ branch: ProxyBranch, _ leaving: WayOut, to encoder: inout MessageEncoder) {
        encoder.bytes.append("Via: SIP/2.0/")
        encoder.bytes.append(leaving.path.transport.viaName)
        encoder.bytes.append(0x20)
        leaving.sentBy.append(to: &encoder.bytes)
        encoder.bytes.append(";branch=")
        branch.append(to: &encoder.bytes)
        encoder.endLine()
    }

    /// The caller's Via as its receiver completes it (§18.2.1, RFC 3581 §4), and what stands in the line behind it.
    private static func append(
        _ via: Via,
        in field: HeaderField,
        _ bytes: Span<UInt8>,
        _ arrived: ReceivedFrom,
        _ end: Int,
        to encoder: inout MessageEncoder,
    ) {
        encoder.bytes.append(
            raw: bytes,
            from: field.nameRange.bounds.lowerBound,
            to: via.range.bounds.lowerBound
        )
        encoder.append(via, of: bytes, receivedFrom: arrived.source)
        encoder.bytes.append(raw: bytes, from: via.range.bounds.upperBound, to: end)
    }

    /// Credentials are for one of our own realms: nobody else has any use for them but an evil one.
    private static func isOwn(_ field: HeaderField, _ bytes: Span<UInt8>, _ realms: [[UInt8]]) -> Bool {
        guard let read = try? DigestCredentials(bytes, in: field.value, header: .proxyAuthorization) else {
            return false
        }
        let realm = bytes.extracting(bytes.within(read.realm))
        return realms.contains { realm.equals($0.span) }
    }

    private static func isSecure(_ uri: [UInt8]) -> Bool {
        uri.count > 5 && uri[4] == 0x3a && uri.prefix(4).map(\.lowercased).elementsEqual("sips".utf8)
    }
}

extension MessageHead {
    /// Where the line of a field ends, its CRLF included.
    func rawEnd(of index: Int, _ bytes: Span<UInt8>) -> Int {
        if let next = self[index + 1] { return next.nameRange.bounds.lowerBound }
        // The empty line stands before the body, wherever that is.
        guard let field = self[index] else { return 0 }
        var end = min(field.value.bounds.upperBound, bytes.count)
        while end < bytes.count, bytes[end] != 0x0d { end += 1 }
        return min(end + 2, bytes.count)
    }

    /// The bounds of a field's whole line, folds and CRLF included.
    func rawBounds(of index: Int, _ bytes: Span<UInt8>) -> Range<Int> {
        guard let field = self[index] else { return 0..<0 }
        let start = field.nameRange.bounds.lowerBound
        return start..<max(start, rawEnd(of: index, bytes))
    }
}

extension MessageEncoder {
    /// Ends a message that is passed on: Content-Length if it had none, since the next hop may be a stream (RFC 3261
    /// §18.4), the empty line and the body as it came.
    mutating func end(_ head: borrowing MessageHead, _ source: Span<UInt8>, hasLength: Bool) {
        if !hasLength { header(.contentLength, decimal: UInt64(head.body.count)) }
        endLine()
        bytes.append(source, head.body)
    }
}

extension Array<UInt8> {
    /// Appends bytes as they stand, cut to what is there.
    mutating func append(raw bytes: Span<UInt8>, _ bounds: Range<Int>) {
        append(bytes.extracting(bytes.within(bounds)))
    }

    /// The same for two offsets; nothing if they are the wrong way round.
    fileprivate mutating func append(raw bytes: Span<UInt8>, from start: Int, to end: Int) {
        if start >= 0, start < end { append(raw: bytes, start..<end) }
    }
}

extension TransportKind {
    /// As it stands in Via (RFC 3261 §25.1, RFC 7118 §9).
    var viaName: StaticString {
        switch self {
        case .udp: "UDP"
        case .tcp: "TCP"
        case .tls: "TLS"
        case .ws: "WS"
        case .wss: "WSS"
        }
    }
}
