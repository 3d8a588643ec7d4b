internal import BindingTable
internal import SIPMessage
internal import Timing

/// Evaluates a filter over rows; keeps what its patterns have learned.
struct FilterEvaluator {
    let program: FilterProgram
    private let clock: FilterClock
    /// One for each test that is a pattern.
    private var matchers: [PatternMatcher?]
    /// Before this moment the answer for the row evaluated last can't change unless the row does.
    private(set) var holdsUntil = Timestamp.distantFuture

    init(_ filter: Filter, clock: FilterClock) {
        self.clock = clock
        program = filter.program
        matchers = program.tests.map { test in
            if case .matches(let pattern) = test { PatternMatcher(pattern) } else { nil }
        }
    }

    /// The row passes.
    mutating func passes(_ row: borrowing FilterRow, at now: Timestamp) -> Bool {
        holdsUntil = .distantFuture
        let bytes = row.bytes
        return value(of: program.root, row, bytes.span, now)
    }

    private mutating func value(
        of number: Int32,
        _ row: borrowing FilterRow,
        _ bytes: Span<UInt8>,
        _ now: Timestamp,
    ) -> Bool {
        switch program.terms[Int(number)] {
        case .all(let first, let count):
            for index in first..<first + count {
                if !value(of: program.operands[Int(index)], row, bytes, now) { return false }
            }
            return true
        case .any(let first, let count):
            for index in first..<first + count {
                if value(of: program.operands[Int(index)], row, bytes, now) { return true }
            }
            return false
        case .not(let operand):
            return !value(of: operand, row, bytes, now)
        case .text(let field, let test):
            return passes(Int(test), bytes, row.range(of: field))
        case .anywhere(let test, let among):
            var left = among.rawValue
            while left != 0 {
                if passes(Int(test), bytes, row.range(at: left.trailingZeroBitCount)) { return true }
                left &= left - 1
            }
            return false
        case .number(let field, let comparison, let wanted):
            // A round trip that there never was is neither short nor long.
            if field == .rtt, row.reachability.roundTrip == 0 { return comparison == .notEqual }
            // One that lives has not lived yet.
            if field == .lived, row.lived < 0 { return comparison == .notEqual }
            return comparison.holds(row.number(of: field), wanted)
        case .duration(let field, let comparison, let seconds):
            return duration(field, comparison, seconds, row, now)
        case .word(let field, let bits):
            return row.bits(of: field, at: now, until: &holdsUntil) & bits != 0
        case .moment(let field, let comparison, let moment):
            return self.moment(field, comparison, moment, row, now)
        case .network(let network):
            if row.hasSource { return network.contains(row.source.address) }
            return row.addresses.contains { network.contains($0) }
        case .code(let comparison, let wanted):
            return row.codes.contains { comparison.holds(Int64($0), wanted) }
        }
    }

    /// Compares seconds left (rounded up, as the screen tells them) or seconds passed, and notes when the
    /// comparison may come out otherwise.
    private mutating func duration(
        _ field: FilterField,
        _ comparison: FilterProgram.Comparison,
        _ seconds: Int64,
        _ row: borrowing FilterRow,
        _ now: Timestamp,
    ) -> Bool {
        let wanted = Interval.seconds(Int(clamping: seconds))
        let second = Interval.seconds(1)
        if field == .exp {
            note(row.ends - wanted, after: now)
            note(row.ends - wanted + second, after: now)
            return comparison.holds(Int64((row.ends - now).secondsRoundedUp), seconds)
        }
        let begins = field == .age ? row.begins : row.refreshed
        note(begins + wanted, after: now)
        note(begins + wanted + second, after: now)
        return comparison.holds(Int64((now - begins).seconds), seconds)
    }

    /// Compares a moment of the row with another one, which has a beginning and an end: `14:03` is a minute long.
    private mutating func moment(
        _ field: FilterField,
        _ comparison: FilterProgram.Comparison,
        _ moment: FilterMoment,
        _ row: borrowing FilterRow,
        _ now: Timestamp,
    ) -> Bool {
        let own = field == .seen ? row.refreshed : row.begins
        let (start, end, until) = moment.bounds(at: now, clock)
        if let until { note(until, after: now) }
        var isAgo = false
        if case .ago(let seconds) = moment {
            let ago = Interval.seconds(Int(clamping: seconds))
            note(own + ago, after: now)
            note(own + ago - .seconds(1), after: now)
            isAgo = true
        }
        switch comparison {
        case .equal: return isAgo ? own > start && own <= end : own >= start && own < end
        case .notEqual: return isAgo ? own <= start || own > end : own < start || own >= end
        // Ten minutes ago goes on: what has reached it is before it from that moment on.
        case .less: return isAgo ? own <= start : own < start
        case .lessOrEqual: return isAgo ? own <= start : own < end
        case .greater: return own > start
        case .greaterOrEqual: return isAgo ? own > start : own >= start
        }
    }

    private mutating func note(_ moment: Timestamp, after now: Timestamp) {
        if moment > now, moment < holdsUntil { holdsUntil = moment }
    }

    private mutating func passes(_ test: Int, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        switch program.tests[test] {
        case .contains(let needle, let ignoringCase):
            return bytes.contains(needle.span, in: range, ignoringCase: ignoringCase)
        case .equals(let text, let ignoringCase):
            guard text.count == range.count else { return false }
            return bytes.contains(text.span, in: range, ignoringCase: ignoringCase)
        case .matches:
            return matchers[test]?.matches(bytes, in: range) ?? false
        }
    }
}

extension FilterRow {
    /// The number that a field stands for.
    func number(of field: FilterField) -> Int64 {
        switch field {
        case .port: Int64(source.port)
        case .try: self.try
        case .cseq: cseq
        case .regid: regID
        case .rtt: (Int64(reachability.roundTrip) + 500) / 1_000
        case .q: q
        case .granted: granted
        case .refreshes: refreshes
        case .took: took
        case .lived: lived
        default: field.tally.map { tallies[$0] } ?? 0
        }
    }

    fileprivate func bits(of field: FilterField, at now: Timestamp, until: inout Timestamp) -> UInt64 {
        switch field {
        case .tp: return transport
        case .nat: return nat
        case .badge: return badges
        case .result: return result
        case .conn: return 1 << UInt64(reachability.connection.rawValue)
        case .ping: return 1 << UInt64(reachability.ping.rawValue)
        case .tls: return tls
        case .ghost: return ghost
        case .class: return classes
        case .blocked: return blocked
        case .level: return level
        case .cause: return cause
        case .lint: return lints
        case .beat:
            guard isBeating else { return 4 }
            if lateAt > now, lateAt < until { until = lateAt }
            return now >= lateAt ? 2 : 1
        case .st:
            let state = state(at: now)
            if state == .ok, lateAt > now, lateAt < until { until = lateAt }
            return 1 << UInt64(state.rawValue)
        default: return 0
        }
    }
}

extension Span<UInt8> {
    /// `needle` stands somewhere in the range; it is in lower case if case is ignored.
    func contains(_ needle: Span<UInt8>, in range: Range<Int>, ignoringCase: Bool) -> Bool {
        guard needle.count > 0 else { return true }
        guard range.count >= needle.count else { return false }
        let head = needle[0]
        var index = range.lowerBound
        let last = range.upperBound - needle.count
        while index <= last {
            if ignoringCase ? self[index].lowered == head : self[index] == head {
                var offset = 1
                while offset < needle.count {
                    let byte = self[index + offset]
                    guard (ignoringCase ? byte.lowered : byte) == needle[offset] else { break }
                    offset += 1
                }
                if offset == needle.count { return true }
            }
            index += 1
        }
        return false
    }
}

extension UInt8 {
    /// The lower case of an ASCII letter, any other byte unchanged.
    @inline(__always)
    var lowered: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
