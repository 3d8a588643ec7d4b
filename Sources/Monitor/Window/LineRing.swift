/// The last lines of a log, each with its number; the number goes on counting when old lines go.
struct LineRing<Line> {
    private var lines: [Line] = []
    private var start = 0
    private let capacity: Int
    /// Lines so far; the number of the last one.
    private(set) var last: UInt64 = 0

    init(capacity: Int) { self.capacity = max(1, capacity) }

    var count: Int { lines.count }

    mutating func add(_ line: Line) {
        last += 1
        if lines.count < capacity {
            lines.append(line)
        } else {
            lines[start] = line
            start = (start + 1) % capacity
        }
    }

    /// The lines that pass a test with their numbers, oldest first.
    func matching(_ passes: (Line) -> Bool) -> [(number: UInt64, line: Line)] {
        var result: [(number: UInt64, line: Line)] = []
        for offset in lines.indices {
            let line = lines[(start + offset) % lines.count]
            if passes(line) { result.append((last - UInt64(lines.count - 1 - offset), line)) }
        }
        return result
    }
}
