internal import Timing

/// Answers that are still good. Bounded in entries and in time; time is an argument.
struct DNSCache {
    private struct Entry {
        var answer: DNSAnswer
        var until: Timestamp
    }

    private var entries: [DNSQuestion: Entry] = [:]
    private let maximum: Int

    /// Shortest and longest time that records are kept: a TTL of 0 would ask for each call anew, and one of a year
    /// would outlive every move.
    static let shortest = Interval.seconds(1), longest = Interval.seconds(86_400)
    /// Longest time for the absence of records (RFC 2308 §5), and the time where the reply says none.
    static let longestAbsence = Interval.seconds(900), usualAbsence = Interval.seconds(30)
    /// How long a failure counts, so that servers which don't answer are left alone (RFC 9520 §3.2).
    static let failure = Interval.seconds(5)

    init(maximum: Int) {
        self.maximum = maximum
    }

    var count: Int { entries.count }

    /// What is known, if it is still good.
    func answer(to question: DNSQuestion, at now: Timestamp) -> DNSAnswer? {
        guard let entry = entries[question], entry.until > now else { return nil }
        return entry.answer
    }

    /// Keeps an answer that may be kept for so many seconds; nil: the reply says nothing.
    mutating func keep(_ answer: DNSAnswer, seconds: UInt32?, to question: DNSQuestion, at now: Timestamp) {
        guard maximum > 0 else { return }
        let told = seconds.map { Interval.seconds(Int($0)) }
        let span =
            switch answer {
            case .records: min(max(told ?? Self.shortest, Self.shortest), Self.longest)
            case .absent: min(max(told ?? Self.usualAbsence, Self.shortest), Self.longestAbsence)
            case .failed: Self.failure
            }
        if entries[question] == nil, entries.count >= maximum { makeRoom(at: now) }
        entries[question] = Entry(answer: answer, until: now + span)
    }

    /// Drops what is no longer good or, if all is, an eighth of it, what would end first: so this is seldom.
    private mutating func makeRoom(at now: Timestamp) {
        entries = entries.filter { $0.value.until > now }
        guard entries.count >= maximum else { return }
        let ends = entries.values.map(\.until).sorted()
        let limit = ends[min(ends.count - 1, maximum / 8)]
        var left = max(1, maximum / 8)
        for (question, entry) in entries where entry.until <= limit && left > 0 {
            entries[question] = nil
            left -= 1
        }
    }
}
