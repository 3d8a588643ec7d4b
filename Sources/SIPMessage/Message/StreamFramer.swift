/// What a stream has delivered next.
public enum StreamEvent: Hashable, Sendable {
    /// A whole message, in this range of `StreamFramer.buffer` until the next call.
    case message(Range<Int>)
    /// A double CRLF: the peer wants one CRLF back (RFC 5626 §4.4.1).
    case ping
    /// The stream can't be cut into messages any more: answer what stands in `head`, if it can be, and close.
    case failure(ParseError, head: Range<Int>)
}

/// Cuts a byte stream into messages by Content-Length (RFC 3261 §18.3).
///
/// Append what was read, then take events until `nil`. Each byte is looked at a bounded number of times
/// however the stream is split, and no more is held than one message of the limit and what was appended last.
public struct StreamFramer: Sendable {
    private enum State: Sendable {
        /// Between messages, after this many CRLFs.
        case between(Int)
        /// In the header fields, no empty line up to here.
        case head(scanned: Int)
        /// In the body, which ends here.
        case body(end: Int)
        case failed
    }

    /// The bytes that event ranges are ranges of.
    public private(set) var buffer: [UInt8] = []
    private var start = 0
    private var state = State.between(0)
    private let limits: MessageLimits

    /// A framer at the beginning of a stream.
    public init(limits: MessageLimits = .standard) {
        self.limits = limits
    }

    /// Bytes that are held and not yet part of a finished message.
    public var pendingBytes: Int { buffer.count - start }

    /// The stream was given up: nothing more comes out.
    public var hasFailed: Bool {
        if case .failed = state { true } else { false }
    }

    /// Takes what was read; ends the life of ranges given out before. Ignored after a failure.
    public mutating func append(_ bytes: Span<UInt8>) {
        guard !hasFailed else { return }
        dropConsumed()
        buffer.append(bytes)
    }

    /// The next event, `nil` until more is appended.
    public mutating func next() -> StreamEvent? {
        while true {
            let current = state
            switch current {
            case .failed:
                return nil
            case .between(let lines):
                guard start + 1 < buffer.count else {
                    guard start < buffer.count, buffer[start] != 0x0d else { return nil }
                    state = .head(scanned: start)
                    continue
                }
                guard buffer[start] == 0x0d, buffer[start + 1] == 0x0a else {
                    state = .head(scanned: start)
                    continue
                }
                start += 2
                state = .between((lines + 1) % 2)
                if lines == 1 { return .ping }
            case .head(let scanned):
                let headEnd = endOfHead(from: scanned)
                guard let headEnd else {
                    guard buffer.count - start <= limits.messageBytes else {
                        return fail(
                            .headerSection,
                            at: limits.messageBytes,
                            .messageTooLong,
                            head: buffer.count
                        )
                    }
                    return nil
                }
                if let failure = readLength(headEnd: headEnd) { return failure }
            case .body(let end):
                guard buffer.count >= end else { return nil }
                let message = start..<end
                start = end
                state = .between(0)
                return .message(message)
            }
        }
    }

    private mutating func dropConsumed() {
        guard start > 0 else { return }
        if start == buffer.count {
            // An idle connection shouldn't hold the memory of its largest message.
            buffer.removeAll(keepingCapacity: buffer.capacity <= 4096)
        } else {
            buffer.removeFirst(start)
        }
        let current = state
        switch current {
        case .head(let scanned): state = .head(scanned: scanned - start)
        case .body(let end): state = .body(end: end - start)
        case .between, .failed: break
        }
        start = 0
    }

    /// Offset after the empty line; without one, remembers how far there is none.
    private mutating func endOfHead(from scanned: Int) -> Int? {
        let found = buffer.span.emptyLine(from: scanned)
        if let end = found.end { return end }
        state = .head(scanned: found.resume)
        return nil
    }

    private mutating func readLength(headEnd: Int) -> StreamEvent? {
        do {
            let length = try buffer.span.contentLength(from: start, to: headEnd)
            guard let length else {
                return fail(.body, at: headEnd - start, .contentLengthMissing, head: headEnd)
            }
            let room = limits.messageBytes - (headEnd - start)
            guard room >= 0, length <= UInt64(room) else {
                return fail(.header(.contentLength), at: 0, .messageTooLong, head: headEnd)
            }
            state = .body(end: headEnd + Int(length))
            return nil
        } catch {
            return fail(error.part, at: Int(error.offset), error.problem, head: headEnd)
        }
    }

    private mutating func fail(
        _ part: MessagePart,
        at offset: Int,
        _ problem: ParseProblem,
        head: Int,
    ) -> StreamEvent {
        let range = start..<head
        state = .failed
        return .failure(ParseError(part, at: offset, problem), head: range)
    }
}

extension Span<UInt8> {
    /// Offset after the first CRLF CRLF from `start`; without one, where to look again when more is there:
    /// the empty line may be split anywhere.
    fileprivate func emptyLine(from start: Int) -> (end: Int?, resume: Int) {
        var position = start
        while true {
            position = firstLineBreak(from: position, to: count)
            guard position + 3 < count else { return (nil, position) }
            if self[position] == 0x0d, self[position + 1] == 0x0a, self[position + 2] == 0x0d,
                self[position + 3] == 0x0a
            {
                return (position + 4, position)
            }
            position += 1
        }
    }

    /// The value of the one Content-Length among the header lines of `start..<end`; `nil` without one.
    /// Offsets of errors count from `start`.
    fileprivate func contentLength(from start: Int, to end: Int) throws(ParseError) -> UInt64? {
        var found: UInt64?
        var position = start
        while position < end {
            var lineEnd = firstLineBreak(from: position, to: end)
            while isFold(at: lineEnd, to: end) { lineEnd = firstLineBreak(from: lineEnd + 2, to: end) }
            let colon = first(0x3a, from: position, to: lineEnd)
            let nameEnd = trimmedEnd(from: position, to: colon)
            if colon < lineEnd,
                HeaderNameIndex.shared.name(self, from: position, count: nameEnd - position) == .contentLength
            {
                guard found == nil else {
                    throw ParseError(.contentLength, at: position - start, .repeated)
                }
                var digits = skippingSpace(from: colon + 1, to: lineEnd)
                let digitsStart = digits
                let valueEnd = trimmedEnd(from: digits, to: lineEnd)
                var number: UInt64 = 0
                while digits < valueEnd, self[digits].isDigit {
                    number = Swift.min(number &* 10 &+ UInt64(self[digits] &- 0x30), 1 << 32)
                    digits += 1
                }
                guard digits == valueEnd, digits > digitsStart else {
                    throw ParseError(.contentLength, at: digits - start, .malformedNumber)
                }
                found = number
            }
            position = lineEnd + 1
        }
        return found
    }

    /// At `position` a line ends and the next goes on with it.
    private func isFold(at position: Int, to end: Int) -> Bool {
        position + 2 < end && self[position] == 0x0d && self[position + 1] == 0x0a
            && (self[position + 2] == 0x20 || self[position + 2] == 0x09)
    }
}
