/// Leaves out of a frame what ncurses says for nothing: about a quarter of a full repaint.
///
/// ncurses ends each run of cells with terminfo's `sgr0`, which chooses the character set once more, and says colours
/// one by one. Here neighbouring `CSI … m` become one, those before a reset are dropped, and the choice of the ASCII
/// set goes, since no other is ever chosen while a frame is drawn.
enum FrameTrim {
    /// Parameters that a joined sequence may have: the Linux console reads sixteen.
    private static let mostParameters = 12
    private static let (escape, bracket, m): (UInt8, UInt8, UInt8) = (0x1b, 0x5b, 0x6d)

    /// Appends a frame to `result`, trimmed; what is no whole sequence stays as it is.
    static func append(_ frame: ArraySlice<UInt8>, to result: inout [UInt8]) {
        var style = Style()
        var rest = frame
        while let first = rest.first {
            if first == escape, rest.starts(with: [escape, 0x28, 0x42]) {
                rest = rest.dropFirst(3)
            } else if first == escape, let parameters = styleParameters(rest) {
                let count = parameters.split(separator: 0x3b).count
                if style.count + count > mostParameters { style.flush(to: &result) }
                style.add(parameters)
                rest = rest.dropFirst(parameters.count + 3)
            } else {
                style.flush(to: &result)
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        style.flush(to: &result)
    }

    /// What stands between `CSI` and `m` at the beginning of `bytes`; nil if there is no such sequence.
    private static func styleParameters(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let after = bytes.dropFirst(2)
        guard bytes.dropFirst().first == bracket, let end = after.firstIndex(where: { !isParameter($0) }),
            after[end] == m
        else { return nil }
        return after[..<end]
    }

    private static func isParameter(_ byte: UInt8) -> Bool { byte == 0x3b || (0x30...0x39).contains(byte) }

    /// Sequences that wait to be joined.
    private struct Style {
        private var parameters: [UInt8] = []
        private var isWaiting = false
        private(set) var count = 0

        mutating func add(_ more: ArraySlice<UInt8>) {
            let isReset = more.isEmpty || more.first == 0x30 || more.first == 0x3b
            if isReset {
                parameters = []
                count = 0
            } else if isWaiting {
                parameters.append(0x3b)
            }
            isWaiting = true
            parameters += more
            count += more.split(separator: 0x3b).count
        }

        mutating func flush(to result: inout [UInt8]) {
            guard isWaiting else { return }
            result += [escape, bracket] + parameters + [m]
            self = Style()
        }
    }
}
