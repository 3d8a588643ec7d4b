internal import Timing

/// The names of one source with most wrong passwords, at most eight: is somebody guessing, or does a phone try
/// again?
struct GuessedNames {
    struct Name {
        var hash: UInt32
        var text: [UInt8]
        var tries = TenMinutes()
        var first: Timestamp, last: Timestamp
        /// Source ports and Call-IDs of the tries: a phone keeps one of the two at least.
        var ports = DistinctSketch(capacity: 16), calls = DistinctSketch(capacity: 16)
        /// Tries of the present run.
        var run = 0
    }

    static let capacity = 8
    private(set) var names: [Name] = []

    init() {}

    mutating func note(
        _ name: [UInt8],
        _ hash: UInt32,
        port: UInt16,
        call: UInt64,
        _ weight: UInt32,
        at now: Timestamp
    ) {
        let place = place(of: name, hash, at: now)
        // Ten minutes without a try end a run.
        if now - names[place].last > .seconds(600) {
            names[place] = Name(hash: hash, text: names[place].text, first: now, last: now)
        }
        names[place].tries.add(weight, at: now)
        names[place].run += Int(weight)
        names[place].last = max(names[place].last, now)
        names[place].ports.add(port.sketchHash)
        names[place].calls.add(UInt32(truncatingIfNeeded: call >> 32))
    }

    private mutating func place(of name: [UInt8], _ hash: UInt32, at now: Timestamp) -> Int {
        if let known = names.firstIndex(where: { $0.hash == hash }) { return known }
        let fresh = Name(hash: hash, text: Array(name.prefix(48)), first: now, last: now)
        guard names.count >= Self.capacity else {
            names.append(fresh)
            return names.count - 1
        }
        let fewest = names.indices.min { names[$0].tries.sum(at: now) < names[$1].tries.sum(at: now) } ?? 0
        names[fewest] = fresh
        return fewest
    }

    /// Wrong passwords of a name within ten minutes.
    func tries(of hash: UInt32, at now: Timestamp) -> Int {
        names.first { $0.hash == hash }?.tries.sum(at: now) ?? 0
    }
}

extension GuessedNames.Name {
    /// A phone with a wrong password tries again no faster than this.
    static let phoneRhythm = Interval.seconds(5)

    /// So many phones may have tried. Each keeps its port or its Call-ID; if neither ever comes twice, nothing does
    /// what a phone does, and it is taken for one.
    var phones: Int {
        let most = min(ports.count, calls.count)
        return run < 2 * most ? 1 : max(1, most)
    }

    /// Tries come faster than so many phones would retry.
    func isFast(at now: Timestamp) -> Bool {
        let span = last - max(first, now - .seconds(600))
        let expected =
            Double(max(0, span.nanoseconds)) / Double(Self.phoneRhythm.nanoseconds) * Double(phones)
        return Double(tries.sum(at: now) - 1) > max(1, expected)
    }
}
