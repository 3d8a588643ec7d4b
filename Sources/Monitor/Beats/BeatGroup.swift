internal import SIPMessage
internal import Timing

/// Phones with something in common, and how many of them have missed their beat: a few counters, changed by each beat
/// and each miss.
struct BeatGroup {
    /// Its bindings whose rhythm is known, ghosts left out, and how many of them are silent.
    private(set) var members = 0, silent = 0
    /// Silent ones that have run out since they fell silent with the others.
    private(set) var lost = 0
    /// Misses since the last beat of anybody.
    private var run = 0
    /// When anybody was last heard, and when the present streak of misses began.
    private var lastBeat = Timestamp.zero, streakStart = Timestamp.zero
    /// Misses of the streak, and sites that they came from, as far as they are told apart.
    private var streak = 0
    private var sites = InlineArray<3, UInt16>(repeating: 0)
    private var siteCount = 0
    /// The only address that members have come from; nil once there were two.
    private(set) var address: IPAddress?
    private var hasTwo = false
    /// Beats since the outage began.
    private var heard = 0
    /// An outage is on.
    var isOut = false { didSet { heard = 0 } }

    /// How much it takes for an outage.
    struct Threshold {
        /// Misses without a beat between them, and misses of which half of the group is enough.
        var run: Int, share: Int
        /// Sites that they must come from.
        var sites: Int

        static let site = Threshold(run: 4, share: 5, sites: 1)
        static let wide = Threshold(run: 10, share: 10, sites: 3)
    }

    /// Nothing is known.
    var isEmpty: Bool { members == 0 && lost == 0 }
    /// Phones of the group, those that have run out in silence among them.
    var phones: Int { members + lost }
    /// Those of them that are silent.
    var missing: Int { silent + lost }
    /// Since when they are.
    var since: Timestamp { lastBeat == .zero ? streakStart : min(lastBeat, streakStart) }

    /// A binding comes in, or its rhythm has become known.
    mutating func join(_ address: IPAddress, isSilent: Bool) {
        members += 1
        if isSilent { silent += 1 }
        if self.address == nil, !hasTwo { self.address = address }
        if self.address != address { (self.address, hasTwo) = (nil, true) }
    }

    /// A binding leaves.
    mutating func leave(isSilent: Bool, isLost: Bool) {
        members -= 1
        if isSilent { silent -= 1 }
        if isLost { lost += 1 }
        guard isEmpty else { return }
        (run, streak, siteCount, address, hasTwo) = (0, 0, 0, nil, false)
    }

    /// One of its phones was heard.
    mutating func beat(wasSilent: Bool, isNew: Bool, at now: Timestamp) {
        run = 0
        heard += 1
        lastBeat = now
        if wasSilent {
            silent -= 1
            streak = max(0, streak - 1)
        }
        if isNew, lost > 0 { lost -= 1 }
    }

    /// One of its phones has missed its beat, which comes each `gap`.
    mutating func miss(gap: Interval, site: UInt16, at now: Timestamp) {
        silent += 1
        // In an outage everybody misses a beat within the longest gap.
        let window = Interval(nanoseconds: gap.nanoseconds / 2 * 3) + .seconds(60)
        if streak == 0 || now - streakStart > window {
            (streak, run, siteCount, streakStart) = (0, 0, 0, now)
            if !isOut { lost = 0 }
        }
        streak += 1
        run += 1
        guard siteCount < 3, !(0..<siteCount).contains(where: { sites[$0] == site }) else { return }
        sites[siteCount] = site
        siteCount += 1
    }

    /// It looks like an outage.
    func isDown(_ threshold: Threshold) -> Bool {
        guard siteCount >= threshold.sites, phones >= threshold.run else { return false }
        return run >= threshold.run || streak >= threshold.share && streak * 2 >= phones
    }

    /// An outage is over when half have been heard since it began and no more than a quarter is still silent: at its begin
    /// few have had the time to be missed.
    var isBack: Bool { missing * 4 <= phones && heard * 2 >= max(1, phones) }
}
