internal import Timing

/// What is counted of failures for any key: by verdict, and over ten minutes, an hour and a day.
struct FailureCounts {
    private(set) var failures = TenMinutes()
    private(set) var hour = RecentCounts<12>(seconds: 300)
    private(set) var day = RecentCounts<24>(seconds: 3_600)
    /// By verdict within ten minutes, as far as there are any.
    private var verdicts: [(verdict: AttemptVerdict, count: TenMinutes)] = []
    private(set) var granted = TenMinutes()
    /// When the present story began, which an hour of silence ends, and when the last thing happened.
    private(set) var first = Timestamp.zero, last = Timestamp.zero

    /// Counts an attempt that failed.
    mutating func note(_ verdict: AttemptVerdict, weight: UInt32, at moment: Timestamp) {
        touch(at: moment)
        failures.add(weight, at: moment)
        hour.add(weight, at: moment)
        day.add(weight, at: moment)
        add(verdict, weight, moment)
    }

    /// Counts an attempt beside the failures: a login that met an old nonce and then went through.
    mutating func add(_ verdict: AttemptVerdict, _ weight: UInt32, _ moment: Timestamp) {
        if let place = verdicts.firstIndex(where: { $0.verdict == verdict }) {
            verdicts[place].count.add(weight, at: moment)
        } else {
            verdicts.append((verdict, TenMinutes()))
            verdicts[verdicts.count - 1].count.add(weight, at: moment)
        }
    }

    /// Counts a login that was granted.
    mutating func noteGranted(_ weight: UInt32, at moment: Timestamp) { granted.add(weight, at: moment) }

    /// Counts something that is no login: it keeps the key in mind.
    mutating func touch(at moment: Timestamp) {
        if last == .zero || moment - last > .seconds(3_600) { first = moment }
        last = max(last, moment)
    }

    /// How often a verdict was met within ten minutes.
    func count(_ verdict: AttemptVerdict, at now: Timestamp) -> Int {
        verdicts.first { $0.verdict == verdict }?.count.sum(at: now) ?? 0
    }

    /// All verdicts met within ten minutes, in the order of their table.
    func byVerdict(at now: Timestamp) -> [VerdictCount] {
        verdicts.map { VerdictCount($0.verdict, $0.count.sum(at: now)) }.filter { $0.count > 0 }
            .sorted { $0.verdict.rawValue < $1.verdict.rawValue }
    }

    /// The verdict met most often within ten minutes, of equals the first in the table of verdicts.
    func commonest(at now: Timestamp) -> VerdictCount? {
        byVerdict(at: now).max { a, b in
            (a.count, b.verdict.rawValue) < (b.count, a.verdict.rawValue)
        }
    }
}
