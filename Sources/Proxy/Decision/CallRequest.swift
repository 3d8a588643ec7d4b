import SIPMessage

/// A request as its way is decided from it: its fields, and Request-URI and Route as RFC 3261 §16.4 leaves them.
struct CallRequest {
    /// What every request must have.
    let fields: MandatoryFields
    /// The method.
    let method: SIPMessage.Method
    /// The Request-URI, in bytes of its own: for a strict router's the last Route was put.
    private(set) var target: [UInt8]
    /// The same, read.
    private(set) var uri: SIPURI
    /// URIs of the values of Route that are left.
    private(set) var route: ArraySlice<ByteRange>
    /// How many values at the top named us.
    private(set) var consumed = 0
    /// The last value has become the Request-URI.
    private(set) var consumesLast = false
    /// The flow of the other end, if the last of our own values names that.
    private(set) var flow: SealedFlow?
    /// The flows that our own values name: both sides' of the dialog that it belongs to.
    private(set) var sealed: [SealedFlow] = []
    /// What the flows of its dialog were sealed for, if it comes from who began it and if from the other end; empty outside
    /// of any dialog: there a sealed flow says nothing.
    private let seals: [DialogSeal]
    /// Values of ours that are opened; a dialog has two for each time that it comes through here.
    private static let mostSealed = 8

    /// There is a proxy between who sends it and us: it has more than one Via.
    let hasComeByOthers: Bool

    /// It belongs to a dialog (RFC 3261 §12.2), as it says itself.
    var isInDialog: Bool { !fields.to.tag.isEmpty }
    /// It belongs to a dialog that was set up through here.
    var isOfOurDialog: Bool { !sealed.isEmpty }
    /// It only ends what such a dialog has begun: whatever has been forbidden since, a call can be hung up.
    var endsDialog: Bool { isOfOurDialog && (method == .bye || method == .ack) }

    /// Reads a request.
    init(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ ourselves: Ourselves,
    ) throws(ParseError) {
        method = head.method
        fields = try MandatoryFields(head, bytes)
        var vias = HeaderValues<Via>(.via)
        _ = try vias.next(in: head, bytes)
        hasComeByOthers = try vias.next(in: head, bytes) != nil
        let (from, to) = (fields.from, fields.to)
        let table = ourselves.table
        seals =
            to.tag.isEmpty
            ? []
            : [
                DialogSeal(fields, begunBy: from, with: to, bytes, table),
                DialogSeal(fields, begunBy: to, with: from, bytes, table),
            ]
        let written = try SIPURI(bytes, in: head.requestURI)
        // With headers it would mean another request than itself (RFC 3261 §19.1.1).
        guard written.headers.isEmpty else {
            throw ParseError(.startLine, at: written.headers.start, .unexpectedByte)
        }
        let text = bytes.array(head.requestURI)
        uri = try SIPURI(text.span, in: ByteRange(start: 0, count: head.requestURI.count))
        target = text
        route = []
        if head.contains(.route) {
            var values = HeaderValues<NameAddress>(.route)
            while let value = try values.next(in: head, bytes) { route.append(value.uri) }
        }
        takeStrict(bytes, ourselves)
        takeOwn(bytes, ourselves)
        dropOwnMaddr(ourselves)
    }

    /// A strict router has put our own Record-Route value into the Request-URI: what that was is last in Route.
    private mutating func takeStrict(_ bytes: Span<UInt8>, _ ourselves: Ourselves) {
        guard let last = route.last else { return }
        let flow = ourselves.flow(of: uri, target.span, in: seals)
        if flow == nil {
            guard !uri.hasUser, uri.parameter("lr", target.span) != nil,
                ourselves.isNamed(by: uri, target.span)
            else { return }
        }
        let text = bytes.array(last)
        guard let read = text.uri, read.headers.isEmpty else { return }
        (target, uri) = (text, read)
        route = route.dropLast()
        consumesLast = true
        note(flow)
    }

    private mutating func note(_ flow: SealedFlow?) {
        self.flow = flow.flatMap { $0.isSenders ? nil : $0 }
        if let flow { sealed.append(flow) }
    }

    private mutating func takeOwn(_ bytes: Span<UInt8>, _ ourselves: Ourselves) {
        while let first = route.first,
            let read = try? SIPURI(bytes, in: first, part: .header(.route))
        {
            let flow = flow(of: read, bytes, ourselves)
            if flow == nil {
                // A phone may be told our name, which no setting of ours says, and name it before all others.
                let mayBe =
                    consumed == 0 && ourselves.mayBeNamed(by: read, bytes)
                    && (!isInDialog || hasSealedBehind(bytes, ourselves))
                guard ourselves.isNamed(by: read, bytes) || mayBe else { return }
            }
            route = route.dropFirst()
            consumed += 1
            note(flow)
        }
    }

    private func flow(of uri: SIPURI, _ bytes: Span<UInt8>, _ ourselves: Ourselves) -> SealedFlow? {
        sealed.count < Self.mostSealed ? ourselves.flow(of: uri, bytes, in: seals) : nil
    }

    /// One of the two values behind the first is one that we have sealed in this dialog.
    private func hasSealedBehind(_ bytes: Span<UInt8>, _ ourselves: Ourselves) -> Bool {
        for value in route.dropFirst().prefix(2) {
            guard let read = try? SIPURI(bytes, in: value, part: .header(.route)) else { return false }
            if flow(of: read, bytes, ourselves) != nil { return true }
        }
        return false
    }

    /// §16.4: `maddr` that is ours goes, with the port and the transport that lead to us.
    private mutating func dropOwnMaddr(_ ourselves: Ourselves) {
        guard uri.isSIP, ourselves.isMaddr(of: uri, target.span) else { return }
        var text: [UInt8] = []
        let written = target
        let span = written.span
        let start = uri.hasUser ? uri.user.bounds.lowerBound : uri.host.range.bounds.lowerBound
        text.append(span.extracting(span.within(0..<start)))
        if uri.hasUser { text.append(span.extracting(span.within(start..<uri.host.range.bounds.lowerBound))) }
        text.append(span.extracting(span.within(uri.host.range)))
        var parameters = URIParameters(uri)
        while let parameter = parameters.next(span) {
            let name = span.array(parameter.name).map(\.lowercased)
            if name.elementsEqual("maddr".utf8) || name.elementsEqual("transport".utf8) { continue }
            text.append(0x3b)
            text.append(span.extracting(span.within(parameter.name)))
            if parameter.hasValue {
                text.append(0x3d)
                text.append(span.extracting(span.within(parameter.value)))
            }
        }
        guard let read = text.uri else { return }
        (target, uri) = (text, read)
    }
}
