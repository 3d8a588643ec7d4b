import SIPMessage

/// Request-URI and Route of a request that is passed on (RFC 3261 §16.4, §16.6 steps 2 and 6).
struct ForwardedRoute {
    /// A value of Route.
    private enum Value {
        /// Of the request.
        case copied(ByteRange)
        /// Of the target.
        case pushed([UInt8])
    }

    /// The Request-URI that is sent.
    private(set) var requestURI: [UInt8]
    /// Route is not as it came.
    private(set) var isRewritten = false
    private var values: [Value] = []

    /// Takes off what named us, puts on what the target wants, and exchanges the first value with the Request-URI if it
    /// is of a strict router.
    init(_ head: borrowing MessageHead, _ bytes: Span<UInt8>, _ plan: ForwardPlan, _ target: CallTarget) {
        requestURI = target.requestURI
        guard head.contains(.route) || !target.route.isEmpty else { return }
        var copied: [NameAddress] = []
        var walk = HeaderValues<NameAddress>(.route)
        while let value = try? walk.next(in: head, bytes) { copied.append(value) }
        let left = copied.dropFirst(max(0, plan.consumedRoutes)).dropLast(plan.consumesLastRoute ? 1 : 0)
        let rest = plan.dropsRoute ? [] : left
        let first: (text: [UInt8], uri: ByteRange)?
        if let pushed = target.route.first {
            first = pushed.whole.flatMap { whole in
                (try? NameAddress(pushed.span, in: whole, header: .route)).map { (pushed, $0.uri) }
            }
        } else {
            first = rest.first.flatMap { value in
                bytes.array(value.uri).whole.map { (bytes.array(value.uri), $0) }
            }
        }
        var strict: [UInt8]?
        if let first, let uri = try? SIPURI(first.text.span, in: first.uri, part: .header(.route)),
            uri.isSIP, uri.parameter("lr", first.text.span) == nil
        {
            strict = first.text.span.array(first.uri)
        }
        isRewritten =
            rest.count != copied.count || !target.route.isEmpty || strict != nil
        guard isRewritten else { return }
        values = target.route.map { .pushed($0) } + rest.map { .copied($0.range) }
        if let strict {
            values.removeFirst()
            values.append(.pushed([0x3c] + target.requestURI + [0x3e]))
            requestURI = strict
        }
    }

    /// Appends Route as one line, so that a long Path does not use up the header fields that a message may have.
    func append(_ bytes: Span<UInt8>, to encoder: inout MessageEncoder) {
        guard !values.isEmpty else { return }
        encoder.beginHeader(.route)
        for (index, value) in values.enumerated() {
            if index > 0 { encoder.bytes.append(0x2c) }
            switch value {
            case .copied(let range): encoder.bytes.append(bytes, range)
            case .pushed(let text): encoder.bytes.append(text.span)
            }
        }
        encoder.endLine()
    }
}
