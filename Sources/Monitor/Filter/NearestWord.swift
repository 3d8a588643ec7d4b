/// The word that was probably meant by one that is none.
enum NearestWord {
    /// The nearest of some words to one that was typed: one that begins so or contains it, else one of which at most a
    /// third, and two letters at least, are others; nil if none is near. Capitals count for nothing.
    static func of(_ typed: String, among words: [String]) -> String? {
        let wanted = Array(typed.lowercased().unicodeScalars.prefix(mostLetters))
        guard !wanted.isEmpty else { return nil }
        if let begun = words.first(where: { $0.lowercased().hasPrefix(typed.lowercased()) }) { return begun }
        let near = words.map { (word: $0, distance: distance(wanted, Array($0.lowercased().unicodeScalars))) }
        let best = near.min { $0.distance < $1.distance }
        if let best, best.distance <= max(2, wanted.count / 3), best.distance < wanted.count {
            return best.word
        }
        guard wanted.count >= 2 else { return nil }
        return words.first { $0.lowercased().contains(typed.lowercased()) }
    }

    /// Longer words are no slips of the pen.
    private static let mostLetters = 32

    /// How many letters must be put in, left out, replaced or swapped with their neighbour.
    static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var least = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
                row.append(least)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }
}
