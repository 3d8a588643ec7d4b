import SIPMessage

/// Cuts a stream twice: at once, and in pieces whose lengths the input's bytes say; both must give the same.
func fuzzFramer(_ array: [UInt8]) {
    let limits = MessageLimits(messageBytes: 2000)
    var whole = StreamFramer(limits: limits)
    let bytes = array.span
    whole.append(bytes)
    let expected = events(of: &whole)

    var pieces = StreamFramer(limits: limits)
    var found: [Event] = []
    var position = 0
    while position < array.count {
        let count = min(1 + Int(array[position] % 61), array.count - position)
        pieces.append(bytes.extracting(position..<position + count))
        precondition(pieces.pendingBytes <= 2000 + 61 || pieces.hasFailed)
        found += events(of: &pieces)
        position += count
    }
    precondition(found == expected, "the pieces give something else")
    trap(if: found.count > 3 && found.count { $0.isMessage } == 2)
}

private struct Event: Equatable {
    var isMessage: Bool
    var bytes: [UInt8]
}

/// What the framer has to give, messages as their bytes.
private func events(of framer: inout StreamFramer) -> [Event] {
    var events: [Event] = []
    while let event = framer.next() {
        switch event {
        case .message(let range): events.append(Event(isMessage: true, bytes: Array(framer.buffer[range])))
        case .ping: events.append(Event(isMessage: false, bytes: []))
        case .failure(_, let head):
            precondition(head.upperBound <= framer.buffer.count)
            events.append(Event(isMessage: false, bytes: [0]))
        }
    }
    return events
}
