extension CellGrid {
    /// The characters of the screen, one line a row, blanks at the end of a row left out.
    public var text: String {
        lines(blank: " ") { cell in
            if cell.isTail { return "" }
            var glyph = String.UnicodeScalarView([cell.scalar])
            glyph.append(contentsOf: cell.marks)
            return String(glyph)
        }
    }

    /// One letter a cell for what it means (`Role.letter` of `Cell.shownRole`), so that a golden
    /// screen holds whatever the theme. Plain text at the end of a row is left out.
    public var roleLetters: String {
        lines(blank: Role.text.letter) { String($0.shownRole.letter) }
    }

    /// What the letters of `roleLetters` mean: `r table.row`, one a line, by letter.
    public var legend: String {
        let used = Set(cells.map(\.shownRole))
        return used.sorted { $0.letter < $1.letter }
            .map { "\($0.letter) \($0.name)" }
            .joined(separator: "\n")
    }

    /// Everything a golden screen compares: characters, role letters, legend, cursor.
    public var golden: String {
        let place = cursor.map { "\($0.x),\($0.y)" } ?? "hidden"
        return "\(text)\n== roles\n\(roleLetters)\n== legend\n\(legend)\n== cursor \(place)\n"
    }

    private func lines(blank: Character, _ draw: (Cell) -> String) -> String {
        var result: [String] = []
        for y in 0..<size.height {
            var line = ""
            for x in 0..<size.width {
                line += draw(cells[y * size.width + x])
            }
            while line.last == blank { line.removeLast() }
            result.append(line)
        }
        return result.joined(separator: "\n")
    }
}
