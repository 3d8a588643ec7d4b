import Cells

/// A terminal that knows what terminfo's xterm, screen, linux and vt100 make ncurses send: enough to
/// see what an operator would see.
struct MiniTerminal {
    private(set) var width: Int
    private(set) var height: Int
    private(set) var rows: [[Spot]]
    private var pen = Pen()
    private(set) var isAlternate = false
    /// Sequences it does not know.
    private(set) var unknown: [String] = []
    /// What was sent of it so far; cut off in the middle at most.
    private var pending: [UInt8] = []
    private var x = 0
    private var y = 0
    private var wraps = false
    private var top = 0
    private var bottom: Int
    private var last = " "

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        bottom = height - 1
        rows = Array(repeating: Array(repeating: Spot(), count: width), count: height)
    }

    /// What stands in a place; the second half of a wide glyph is empty.
    struct Spot: Hashable {
        var text = " "
        var pen = Pen()
    }

    /// A style as terminals keep it: colours are numbers of the palette, nil for the terminal's own.
    struct Pen: Hashable {
        var foreground: Int?
        var background: Int?
        var attributes: Attributes = []

        /// What `CSI … m` says (ECMA-48 §8.3.117).
        mutating func take(_ numbers: [Int]) {
            var rest = (numbers.isEmpty ? [0] : numbers)[...]
            while let number = rest.popFirst() {
                switch number {
                case 0: self = Pen()
                case 1: attributes.insert(.bold)
                case 2: attributes.insert(.dim)
                case 4: attributes.insert(.underline)
                case 7: attributes.insert(.reverse)
                case 22: attributes.subtract([.bold, .dim])
                case 24: attributes.remove(.underline)
                case 27: attributes.remove(.reverse)
                case 30...37: foreground = number - 30
                case 90...97: foreground = number - 82
                case 40...47: background = number - 40
                case 100...107: background = number - 92
                case 39: foreground = nil
                case 49: background = nil
                case 38, 48:
                    guard rest.popFirst() == 5, let colour = rest.popFirst() else { return }
                    if number == 38 { foreground = colour } else { background = colour }
                default: break
                }
            }
        }
    }

    /// The rows without blanks at their ends; the second half of a wide glyph is empty.
    var text: String {
        rows.map { row in
            var line = row.map(\.text).joined()
            while line.last == " " { line.removeLast() }
            return line
        }
        .joined(separator: "\n")
    }

    mutating func resize(width: Int, height: Int) { self = MiniTerminal(width: width, height: height) }

    mutating func take(_ bytes: [UInt8]) {
        pending += bytes
        var scalars = Array(String(decoding: pending, as: UTF8.self).unicodeScalars)[...]
        pending = []
        while let first = scalars.first {
            guard step(&scalars) else {
                pending = Array(String(String.UnicodeScalarView(scalars)).utf8)
                return
            }
            _ = first
        }
    }

    /// Takes one character or sequence; false when it is not whole yet.
    private mutating func step(_ rest: inout ArraySlice<Unicode.Scalar>) -> Bool {
        let scalar = rest.removeFirst()
        switch scalar.value {
        case 0: return true
        case 8: move(to: x - 1, y)
        case 9: move(to: (x / 8 + 1) * 8, y)
        case 10: lineFeed()
        case 13: move(to: 0, y)
        case 14, 15: break
        case 27: return escape(&rest, restoring: scalar)
        default: print(scalar)
        }
        return true
    }

    private mutating func escape(
        _ rest: inout ArraySlice<Unicode.Scalar>,
        restoring start: Unicode.Scalar,
    ) -> Bool {
        let saved = [start] + rest
        guard let kind = rest.popFirst() else {
            rest = saved[...]
            return false
        }
        switch kind {
        case "[":
            var parameters = ""
            while let next = rest.popFirst() {
                if next.value >= 0x40 {
                    control(next, parameters)
                    return true
                }
                parameters.unicodeScalars.append(next)
            }
            rest = saved[...]
            return false
        case "(", ")":
            guard rest.popFirst() != nil else {
                rest = saved[...]
                return false
            }
        case "=", ">", "7", "8": break
        case "M": if y == top { scroll(-1) } else { move(to: x, y - 1) }
        default: unknown.append("ESC \(kind)")
        }
        return true
    }

    private mutating func control(_ final: Unicode.Scalar, _ parameters: String) {
        let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        let first = numbers.first ?? 0
        let count = max(1, first)
        switch final {
        case "H": move(to: max(1, numbers.count > 1 ? numbers[1] : 1) - 1, count - 1)
        case "d": move(to: x, count - 1)
        case "G": move(to: count - 1, y)
        case "A": move(to: x, y - count)
        case "B": move(to: x, y + count)
        case "C": move(to: x + count, y)
        case "D": move(to: x - count, y)
        case "J": erase(screen: first)
        case "K": erase(line: first)
        case "X": for column in x..<min(width, x + count) { rows[y][column] = erased }
        case "P": shift(left: count)
        case "@": shift(right: count)
        case "L": insertLines(count)
        case "M": insertLines(-count)
        case "S": scroll(count)
        case "T": scroll(-count)
        case "b": for _ in 0..<count { for scalar in last.unicodeScalars { print(scalar) } }
        case "r":
            top = max(1, first) - 1
            bottom = min(height, numbers.count > 1 && numbers[1] > 0 ? numbers[1] : height) - 1
            move(to: 0, 0)
        case "h", "l":
            if parameters == "?1049" { isAlternate = final == "h" }
            if parameters == "?1049", final == "h" { erase(screen: 2) }
        case "m": pen.take(parameters.isEmpty ? [] : numbers)
        case "t", "c": break
        default: unknown.append("CSI \(parameters) \(final)")
        }
    }

    private mutating func move(to newX: Int, _ newY: Int) {
        x = min(max(0, newX), width - 1)
        y = min(max(0, newY), height - 1)
        wraps = false
    }

    private mutating func print(_ scalar: Unicode.Scalar) {
        let columns = max(0, width(of: scalar))
        guard columns > 0 else {
            let place = wraps ? width - 1 : max(0, x - 1)
            let base = rows[y][place].text.isEmpty ? place - 1 : place
            rows[y][base].text.unicodeScalars.append(scalar)
            return
        }
        if wraps {
            x = 0
            lineFeed()
        }
        wraps = false
        last = String(Character(scalar))
        rows[y][x] = Spot(text: last, pen: pen)
        if columns == 2, x + 1 < width { rows[y][x + 1] = Spot(text: "", pen: pen) }
        if x + columns >= width {
            x = width - 1
            wraps = true
        } else {
            x += columns
        }
    }

    private func width(of scalar: Unicode.Scalar) -> Int {
        let kind = ScalarWidth.of(scalar)
        return kind == .escaped ? 1 : kind.columns
    }

    private mutating func lineFeed() {
        wraps = false
        if y == bottom { scroll(1) } else if y < height - 1 { y += 1 }
    }

    /// What erasing leaves: the ground of the moment, no attributes.
    private var erased: Spot { Spot(text: " ", pen: Pen(background: pen.background)) }
    private var blank: [Spot] { Array(repeating: erased, count: width) }

    private mutating func scroll(_ lines: Int) {
        for _ in 0..<abs(lines) {
            if lines > 0 {
                rows.remove(at: top)
                rows.insert(blank, at: bottom)
            } else {
                rows.remove(at: bottom)
                rows.insert(blank, at: top)
            }
        }
    }

    private mutating func insertLines(_ lines: Int) {
        for _ in 0..<abs(lines) {
            if lines > 0 {
                rows.remove(at: bottom)
                rows.insert(blank, at: y)
            } else {
                rows.remove(at: y)
                rows.insert(blank, at: bottom)
            }
        }
        x = 0
    }

    private mutating func shift(left count: Int) {
        rows[y].removeSubrange(x..<min(width, x + count))
        rows[y] += Array(repeating: erased, count: width - rows[y].count)
    }

    private mutating func shift(right count: Int) {
        rows[y].insert(contentsOf: Array(repeating: erased, count: count), at: x)
        rows[y].removeSubrange(width...)
    }

    private mutating func erase(line kind: Int) {
        let range = kind == 0 ? x..<width : kind == 1 ? 0..<(x + 1) : 0..<width
        for column in range { rows[y][column] = erased }
    }

    private mutating func erase(screen kind: Int) {
        if kind == 0 {
            erase(line: 0)
            for row in (y + 1)..<max(y + 1, height) { rows[row] = blank }
        } else if kind == 1 {
            erase(line: 1)
            for row in 0..<y { rows[row] = blank }
        } else {
            for row in 0..<height { rows[row] = blank }
        }
    }
}
