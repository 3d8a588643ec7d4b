internal import Cells
internal import Monitor

/// A text that is searched for in the messages of an attempt, as they are shown: without their secrets, with what is
/// no plain text escaped. Lower-case letters stand for both cases.
struct LadderSearch: Hashable, Sendable {
    /// A place where it stands.
    struct Hit: Hashable, Sendable {
        /// Which message, and which line of it.
        var message: Int, line: Int
    }

    let text: String
    private let needle: [Unicode.Scalar]
    private let ignoresCase: Bool

    /// nil for an empty text.
    init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        self.text = text
        ignoresCase = !text.unicodeScalars.contains { $0.properties.isUppercase }
        needle = Array(text.unicodeScalars)
    }

    private static func lowered(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar.value &- 0x41 < 26 ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar
    }

    /// The lines in which it stands, in the order of the messages; what was sent again is left out.
    func hits(in messages: [LadderMessage]) -> [Hit] {
        var hits: [Hit] = []
        for (index, message) in messages.enumerated() where !message.isRetransmission {
            for (number, line) in RawMessage(message.bytes).lines.enumerated() where !ranges(in: line).isEmpty
            {
                hits.append(Hit(message: index, line: number))
            }
        }
        return hits
    }

    /// Where it stands in a line, in scalars.
    func ranges(in line: RunLine) -> [Range<Int>] {
        let scalars = line.runs.flatMap { $0.text.string.unicodeScalars }
        var ranges: [Range<Int>] = []
        var index = 0
        while index + needle.count <= scalars.count {
            if (0..<needle.count).allSatisfy({ matches(scalars[index + $0], needle[$0]) }) {
                ranges.append(index..<index + needle.count)
                index += needle.count
            } else {
                index += 1
            }
        }
        return ranges
    }

    private func matches(_ scalar: Unicode.Scalar, _ wanted: Unicode.Scalar) -> Bool {
        (ignoresCase ? Self.lowered(scalar) : scalar) == wanted
    }

    /// The line with what was found made to be seen.
    func highlighted(_ line: RunLine) -> RunLine {
        let ranges = ranges(in: line)
        guard !ranges.isEmpty else { return line }
        var runs: [TextRun] = []
        var at = 0
        for run in line.runs {
            let whole = at..<at + run.text.string.unicodeScalars.count
            guard ranges.contains(where: { $0.overlaps(whole) }) else {
                runs.append(run)
                at = whole.upperBound
                continue
            }
            var part = String.UnicodeScalarView()
            var isHit = false
            func close() {
                guard !part.isEmpty else { return }
                runs.append(TextRun(SafeText(String(part)), role: isHit ? .filterMatch : run.role))
                part = String.UnicodeScalarView()
            }
            for scalar in run.text.string.unicodeScalars {
                let isInside = ranges.contains { $0.contains(at) }
                if isInside != isHit {
                    close()
                    isHit = isInside
                }
                part.append(scalar)
                at += 1
            }
            close()
        }
        return RunLine(runs)
    }
}
