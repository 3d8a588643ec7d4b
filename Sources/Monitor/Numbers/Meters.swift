internal import BindingTable
internal import SIPMessage
internal import Timing

/// Counters over sliding windows: a ring of slots of equal length, each with one counter a kind.
struct SlidingCounters {
    private let kinds: Int
    private let slots: Int
    private let length: Int64
    private var counters: [UInt32]
    /// Number of the slot that is being filled.
    private var current: Int64

    /// - Parameters:
    ///   - slots: how many whole slots the window has; one more is being filled.
    ///   - seconds: how long a slot is.
    init(kinds: Int, slots: Int, seconds: Int64, at now: Timestamp) {
        self.kinds = kinds
        self.slots = slots + 1
        length = seconds
        counters = Array(repeating: 0, count: kinds * (slots + 1))
        current = now.second / seconds
    }

    /// Moves on, clearing the slots that begin.
    mutating func advance(to now: Timestamp) {
        let number = now.second / length
        guard number > current else { return }
        let steps = min(number - current, Int64(slots))
        for step in 0..<steps { clear(slot: number - step) }
        current = number
    }

    private mutating func clear(slot: Int64) {
        let start = place(of: slot)
        for index in start..<start + kinds { counters[index] = 0 }
    }

    private func place(of slot: Int64) -> Int { Int(slot % Int64(slots)) * kinds }

    /// Counts; a moment before the window is counted in its oldest slot, one after it in the newest.
    mutating func add(_ kind: Int, _ weight: UInt32, at moment: Timestamp) {
        let slot = max(0, min(current, max(moment.second / length, current - Int64(slots) + 1)))
        counters[place(of: slot) + kind] &+= weight
    }

    /// The sum over the whole slots before the one that is being filled.
    func sum(_ kind: Int) -> Int {
        var sum = 0
        for step in 1..<Int64(slots) where current - step >= 0 {
            sum += Int(counters[place(of: current - step) + kind])
        }
        return sum
    }

    /// The sum with the slot that is being filled.
    func sumWithCurrent(_ kind: Int) -> Int { sum(kind) + Int(counters[place(of: current) + kind]) }

    /// The counter of the slot so many before the one that is being filled.
    func counter(_ kind: Int, slotsAgo: Int) -> Int {
        let slot = current - Int64(slotsAgo)
        return slot < 0 || slotsAgo >= slots ? 0 : Int(counters[place(of: slot) + kind])
    }
}

/// Times from request to reply over the last minute, in buckets that grow by an eighth.
struct DelayHistogram {
    static let buckets = 232
    private var counters: SlidingCounters
    private var maxima: [(slot: Int64, microseconds: Int)] = []

    init(at now: Timestamp) {
        counters = SlidingCounters(kinds: Self.buckets, slots: 6, seconds: 10, at: now)
    }

    mutating func advance(to now: Timestamp) {
        counters.advance(to: now)
        let slot = now.second / 10
        maxima.removeAll { $0.slot < slot - 6 }
    }

    mutating func add(_ delay: Interval, _ weight: UInt32, at now: Timestamp) {
        let microseconds = Int(max(0, delay.nanoseconds) / 1_000)
        counters.add(Self.bucket(of: microseconds), weight, at: now)
        let slot = now.second / 10
        if let index = maxima.firstIndex(where: { $0.slot == slot }) {
            maxima[index].microseconds = max(maxima[index].microseconds, microseconds)
        } else {
            maxima.append((slot, microseconds))
        }
    }

    /// The bucket's number: below 8 exact, then eight buckets to each doubling.
    static func bucket(of value: Int) -> Int {
        guard value >= 8 else { return value }
        let exponent = Int.bitWidth - 1 - value.leadingZeroBitCount
        let part = value >> (exponent - 3) & 7
        return min(buckets - 1, (exponent - 2) * 8 + part)
    }

    /// The middle of a bucket.
    static func value(of bucket: Int) -> Int {
        guard bucket >= 8 else { return bucket }
        let exponent = bucket / 8 + 2
        let part = bucket % 8
        return (8 + part) << (exponent - 3) + (1 << (exponent - 3)) / 2
    }

    /// Half of all took less than the first, 99 % less than the second; in microseconds.
    var percentiles: (p50: Int, p99: Int, maximum: Int) {
        let counts = (0..<Self.buckets).map { counters.sumWithCurrent($0) }
        let all = counts.reduce(0, +)
        let maximum = maxima.map(\.microseconds).max() ?? 0
        guard all > 0 else { return (0, 0, 0) }
        func value(_ share: Double) -> Int {
            var left = Int((Double(all) * share).rounded(.up))
            for (bucket, count) in counts.enumerated() {
                left -= count
                if left <= 0 { return min(Self.value(of: bucket), maximum) }
            }
            return maximum
        }
        return (value(0.5), value(0.99), maximum)
    }
}

/// All rates and counts of the overview that come from exchanges and attempts.
struct Meters {
    private enum Kind: Int, CaseIterable {
        case register, ok, challenge, forbidden, brief, otherClientError, serverError, failure, call
    }

    private var seconds: SlidingCounters
    private var minutes: SlidingCounters
    private var verdicts: SlidingCounters
    private var calls: SlidingCounters
    private var delays: DelayHistogram
    private let startedAt: Timestamp
    private var now: Timestamp
    private(set) var ringLosses = 0
    /// Attempts that have ended since the start, by verdict.
    private(set) var verdictTotals = [UInt64](repeating: 0, count: AttemptVerdict.allCases.count)

    init(startedAt: Timestamp) {
        self.startedAt = startedAt
        now = startedAt
        seconds = SlidingCounters(kinds: Kind.allCases.count, slots: 10, seconds: 1, at: startedAt)
        minutes = SlidingCounters(kinds: 2, slots: 120, seconds: 60, at: startedAt)
        verdicts = SlidingCounters(
            kinds: AttemptVerdict.allCases.count,
            slots: 30,
            seconds: 10,
            at: startedAt
        )
        calls = SlidingCounters(kinds: CallVerdict.allCases.count, slots: 30, seconds: 10, at: startedAt)
        delays = DelayHistogram(at: startedAt)
    }

    mutating func advance(to now: Timestamp) {
        guard now > self.now else { return }
        self.now = now
        seconds.advance(to: now)
        minutes.advance(to: now)
        verdicts.advance(to: now)
        calls.advance(to: now)
        delays.advance(to: now)
    }

    mutating func lose(_ count: Int) { ringLosses += count }

    /// Counts a request and its reply.
    mutating func count(_ exchange: Exchange, isRegister: Bool) {
        let at = exchange.repliedAt
        let weight = exchange.weight
        if isRegister {
            seconds.add(Kind.register.rawValue, weight, at: at)
            minutes.add(0, weight, at: at)
        }
        guard exchange.status > 0 else { return }
        let kind: Kind =
            switch exchange.status {
            case ..<300: .ok
            case 401, 407: .challenge
            case 403: .forbidden
            case 423: .brief
            case 500...: .serverError
            default: .otherClientError
            }
        seconds.add(kind.rawValue, weight, at: at)
        delays.add(exchange.repliedAt - exchange.path.at, weight, at: now)
    }

    /// Counts an attempt that has ended.
    mutating func count(_ verdict: AttemptVerdict, weight: UInt32, at moment: Timestamp) {
        verdicts.add(Int(verdict.rawValue), weight, at: moment)
        verdictTotals[Int(verdict.rawValue)] &+= UInt64(weight)
        guard verdict.isFailure else { return }
        seconds.add(Kind.failure.rawValue, weight, at: moment)
        minutes.add(1, weight, at: moment)
    }

    /// Counts a call that has ended.
    mutating func count(_ verdict: CallVerdict, at moment: Timestamp) {
        calls.add(Int(verdict.rawValue), 1, at: moment)
        seconds.add(Kind.call.rawValue, 1, at: moment)
    }

    /// Exchanges a second in the last whole second.
    var exchangesLastSecond: Int {
        Kind.allCases.reduce(0) { sum, kind in
            [.register, .failure, .call].contains(kind)
                ? sum : sum + seconds.counter(kind.rawValue, slotsAgo: 1)
        }
    }

    /// From request to reply over the last minute, in microseconds.
    var delay: (p50: Int, p99: Int, maximum: Int) { delays.percentiles }

    /// Fills in what is known here.
    func fill(_ overview: inout Overview) {
        // While the first window isn't full, a rate is over the time that has passed.
        let span = Double(max(1, min(10, now.second - startedAt.second)))
        func rate(_ kind: Kind) -> Double { Double(seconds.sum(kind.rawValue)) / span }
        overview.registerRate = rate(.register)
        overview.okRate = rate(.ok)
        overview.challengeRate = rate(.challenge)
        overview.forbiddenRate = rate(.forbidden)
        overview.briefRate = rate(.brief)
        overview.otherClientErrorRate = rate(.otherClientError)
        overview.serverErrorRate = rate(.serverError)
        overview.ringLosses = ringLosses
        overview.verdicts = AttemptVerdict.allCases.compactMap { verdict in
            let count = verdicts.sumWithCurrent(Int(verdict.rawValue))
            return count > 0 ? VerdictCount(verdict, count) : nil
        }
        overview.callRate = rate(.call)
        overview.calls = CallVerdict.allCases.compactMap { verdict in
            let count = calls.sumWithCurrent(Int(verdict.rawValue))
            return count > 0 ? CallCount(verdict, count) : nil
        }
        let delay = delays.percentiles
        overview.delayP50 = delay.p50
        overview.delayP99 = delay.p99
        overview.delayMaximum = delay.maximum
        overview.registerHistory = history(0)
        overview.failureHistory = history(1)
    }

    /// Per second in each minute since the start, at most 120, the running one last.
    private func history(_ kind: Int) -> [Double] {
        let passed = Int(min(119, now.second / 60 - startedAt.second / 60))
        return (0...max(0, passed)).reversed().map { ago in
            let count = Double(minutes.counter(kind, slotsAgo: ago))
            guard ago == 0 else { return count / 60 }
            let begun = max(now.second / 60 * 60, startedAt.second)
            return count / Double(max(1, now.second - begun))
        }
    }
}
