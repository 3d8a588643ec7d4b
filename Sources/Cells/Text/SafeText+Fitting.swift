/// Which end of a text is cut off when it is too long.
public enum Cut: Hashable, Sendable, BitwiseCopyable {
    /// The end: names, sentences.
    case end
    /// The start: addresses, whose port is worth more than their first digits.
    case start
}

extension SafeText {
    /// The text in at most so many columns; what was cut off is shown by `..` (without it below
    /// four columns). Never cuts a glyph in half.
    public func fitted(to columns: Int, cut: Cut = .end) -> SafeText {
        guard width > columns else { return self }
        guard columns > 0 else { return SafeText("") }
        let sign = columns > 3 ? ".." : ""
        let room = columns - sign.utf8.count
        switch cut {
        case .end:
            return SafeText(prefix(columns: room).parts + [(sign, false)])
        case .start:
            return SafeText([(sign, false)] + suffix(columns: room).parts)
        }
    }

    /// The longest beginning that takes at most so many columns.
    public func prefix(columns: Int) -> SafeText {
        var taken: [(Substring, Bool)] = []
        var used = 0
        for glyph in glyphs {
            guard used + glyph.width <= columns else { break }
            used += glyph.width
            taken.append((glyph.text, glyph.flagged))
        }
        return SafeText(taken.map { (String($0.0), $0.1) })
    }

    /// The longest end that takes at most so many columns.
    public func suffix(columns: Int) -> SafeText {
        var taken: [(String, Bool)] = []
        var used = 0
        for glyph in glyphs.reversed() {
            guard used + glyph.width <= columns else { break }
            used += glyph.width
            taken.append((String(glyph.text), glyph.flagged))
        }
        return SafeText(taken.reversed())
    }

    /// Several texts one after the other.
    public static func + (first: SafeText, second: SafeText) -> SafeText {
        SafeText(first.parts + second.parts)
    }

    /// The text broken into lines of at most so many columns, between glyphs; at least one line.
    public func wrapped(columns: Int) -> [SafeText] {
        guard columns > 1, width > columns else { return [self] }
        var lines: [SafeText] = []
        var line: [(String, Bool)] = []
        var used = 0
        for glyph in glyphs {
            if used + glyph.width > columns {
                lines.append(SafeText(line))
                line = []
                used = 0
            }
            line.append((String(glyph.text), glyph.flagged))
            used += glyph.width
        }
        lines.append(SafeText(line))
        return lines
    }

    /// Puts parts that are already safe together again.
    init(_ parts: [(String, Bool)]) {
        var string = ""
        var flagged: [Range<Int>] = []
        var width = 0
        for (text, isEscape) in parts {
            let start = string.utf8.count
            string += text
            let end = string.utf8.count
            for scalar in text.unicodeScalars { width += ScalarWidth.of(scalar).columns }
            guard isEscape, end > start else { continue }
            if let last = flagged.last, last.upperBound == start {
                flagged[flagged.count - 1] = last.lowerBound..<end
            } else {
                flagged.append(start..<end)
            }
        }
        self.init(string: string, flagged: flagged, width: width)
    }

    /// The text in pieces that are either wholly escaped or wholly not.
    var parts: [(String, Bool)] {
        guard !flagged.isEmpty else { return [(string, false)] }
        var result: [(String, Bool)] = []
        let bytes = Array(string.utf8)
        var offset = 0
        func add(_ range: Range<Int>, _ isEscape: Bool) {
            guard !range.isEmpty else { return }
            result.append((String(decoding: bytes[range], as: UTF8.self), isEscape))
        }
        for range in flagged {
            add(offset..<range.lowerBound, false)
            add(range, true)
            offset = range.upperBound
        }
        add(offset..<bytes.count, false)
        return result
    }

    /// One drawn glyph: a base with its marks.
    struct Glyph {
        let text: Substring
        let width: Int
        let flagged: Bool
    }

    var glyphs: [Glyph] {
        var result: [Glyph] = []
        let scalars = string.unicodeScalars
        var start = scalars.startIndex
        var offset = 0
        var flag = flagged.makeIterator()
        var current = flag.next()
        while start < scalars.endIndex {
            var end = scalars.index(after: start)
            while end < scalars.endIndex, ScalarWidth.of(scalars[end]) == .combining {
                end = scalars.index(after: end)
            }
            while let range = current, range.upperBound <= offset { current = flag.next() }
            let isEscape = current.map { $0.contains(offset) } ?? false
            let text = string[start..<end]
            result.append(
                Glyph(text: text, width: ScalarWidth.of(scalars[start]).columns, flagged: isEscape),
            )
            offset += text.utf8.count
            start = end
        }
        return result
    }
}
