extension MessageEncoder {
    /// Begins a response as RFC 3261 §8.2.6 demands: the status line, all Vias with the topmost filled in,
    /// From, To with our tag if it has none, Call-ID and CSeq of the request.
    ///
    /// Works for requests whose other fields are broken, so that they can be answered 400: what is there is
    /// copied, unread.
    ///
    /// - Parameters:
    ///   - status: the status code.
    ///   - phrase: a phrase other than the usual.
    ///   - head: the request.
    ///   - source: the request's bytes.
    ///   - via: the request's topmost Via.
    ///   - sender: where the request came from.
    ///   - toTag: the tag for To, written as 16 hexadecimal digits; `nil` adds none (100 Trying).
    public mutating func beginResponse(
        _ status: StatusCode,
        phrase: String? = nil,
        to head: borrowing MessageHead,
        _ source: Span<UInt8>,
        via: Via,
        from sender: Endpoint,
        toTag: UInt64?,
    ) {
        beginResponse(status, phrase: phrase)
        vias(of: head, source, top: via, from: sender)
        copy(.from, of: head, source)
        if let range = head.first(.to) {
            beginHeader(.to)
            bytes.append(unfolding: source, range)
            // A To that can't be read, and so not be told to have a tag, is given back as it came.
            if let toTag, let to = try? head.to(source), to.tag.isEmpty {
                bytes.append(";tag=")
                bytes.appendHexadecimal(toTag, digits: 16)
            }
            endLine()
        }
        copy(.callID, of: head, source)
        copy(.cseq, of: head, source)
    }

    /// All Via fields of the request, the topmost value filled in.
    private mutating func vias(
        of head: borrowing MessageHead,
        _ source: Span<UInt8>,
        top: Via,
        from sender: Endpoint,
    ) {
        guard let first = head.firstIndex(of: .via), let line = head[first]?.value else { return }
        beginHeader(.via)
        append(top, of: source, receivedFrom: sender)
        let rest = Int(top.range.start) + Int(top.range.count)
        if rest < line.end { bytes.append(unfolding: source, ByteRange(from: rest, to: line.end)) }
        endLine()
        var next = head.index(after: first)
        while let index = next, let field = head[index] {
            copy(field, of: source)
            next = head.index(after: index)
        }
    }

    /// Appends a Via value as the receiver of its message completes it: `received` if the host isn't the
    /// source address (RFC 3261 §18.2.1), both `received` and `rport` if `rport` was asked for
    /// (RFC 3581 §4). What the sender put into the two is left out: only the receiver can know.
    public mutating func append(_ via: Via, of source: Span<UInt8>, receivedFrom sender: Endpoint) {
        var position = Int(via.range.start)
        let isReceivedFirst = via.receivedParameter.start < via.rportParameter.start
        let holes =
            isReceivedFirst
            ? (via.receivedParameter, via.rportParameter) : (via.rportParameter, via.receivedParameter)
        for hole in [holes.0, holes.1] where !hole.isEmpty {
            bytes.append(unfolding: source, ByteRange(from: position, to: Int(hole.start)))
            position = hole.end
        }
        bytes.append(unfolding: source, ByteRange(from: position, to: via.range.end))
        if via.hasRPort || via.host.address(source) != sender.address {
            bytes.append(";received=")
            sender.address.append(to: &bytes)
        }
        if via.hasRPort {
            bytes.append(";rport=")
            bytes.appendDecimal(UInt64(sender.port))
        }
    }
}
