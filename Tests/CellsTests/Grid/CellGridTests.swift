import Cells
import Testing

@Suite("The grid")
struct CellGridTests {
    @Test("What lies outside is clipped on every side")
    func clipping() {
        var grid = CellGrid(size: Size(width: 4, height: 2))
        grid.put("abcdef", at: Point(x: -1, y: 0), role: .text)
        grid.put("xy", at: Point(x: 3, y: 1), role: .text)
        grid.put("no", at: Point(x: 0, y: 2), role: .text)
        grid.put("no", at: Point(x: 0, y: -1), role: .text)
        #expect(grid.text == "bcde\n   x")
    }

    @Test("A wide glyph never straddles an edge")
    func wideAtEdges() {
        var grid = CellGrid(size: Size(width: 3, height: 3))
        grid.put("ab日", at: Point(x: 0, y: 0), role: .text)
        grid.put("日b", at: Point(x: -1, y: 1), role: .text)
        grid.put("a日", at: Point(x: 0, y: 2), role: .text, maxWidth: 2)
        #expect(grid.text == "ab\n b\na")
        #expect(grid.cells.allSatisfy { !$0.isWide && !$0.isTail })
    }

    @Test("Overwriting one half of a wide glyph takes the other half away")
    func halves() {
        var grid = CellGrid(size: Size(width: 4, height: 2))
        grid.put("日本", at: Point(x: 0, y: 0), role: .text)
        grid.put("x", at: Point(x: 1, y: 0), role: .text)
        grid.put("日本", at: Point(x: 0, y: 1), role: .text)
        grid.put("x", at: Point(x: 2, y: 1), role: .text)
        #expect(grid.text == " x本\n日x")
        grid.put("語", at: Point(x: 1, y: 1), role: .text)
        #expect(grid.text == " x本\n 語")
    }

    @Test("Escapes are drawn in sip.bad, the rest in its role")
    func badRole() {
        var grid = CellGrid(size: Size(width: 8, height: 1))
        grid.put("a\u{1b}b", at: Point(x: 0, y: 0), role: .sipValue)
        #expect(grid.text == "a\\x1bb")
        #expect(grid.roleLetters == "v####v")
        #expect(grid.legend == "# sip.bad\n. text\nv sip.value")
    }

    @Test("Combining marks sit on their base, at most two")
    func marks() {
        var grid = CellGrid(size: Size(width: 4, height: 1))
        grid.put("e\u{301}日\u{302}", at: Point(x: 0, y: 0), role: .text)
        #expect(grid[0, 0]?.marks == ["\u{301}"])
        #expect(grid[1, 0]?.marks == ["\u{302}"])
        #expect(grid.text == "e\u{301}日\u{302}")
    }

    @Test("An ASCII grid shows nothing else, whoever made the text")
    func ascii() {
        var grid = CellGrid(size: Size(width: 30, height: 3), glyphs: .ascii)
        grid.put(SafeText("Müller"), at: Point(x: 0, y: 0), role: .text)
        grid.box(Rect(x: 0, y: 1, width: 6, height: 2), title: "ü")
        #expect(grid.text.unicodeScalars.allSatisfy { $0.isASCII })
        #expect(grid.text.hasPrefix("M\\u{fc}ller"))
    }

    @Test("An overlay shows in golden letters over plain text only")
    func overlay() {
        var grid = CellGrid(size: Size(width: 5, height: 1))
        grid.put("ab", at: Point(x: 0, y: 0), role: .tableRow)
        grid.put("OK", at: Point(x: 2, y: 0), role: .stateOK)
        grid.overlay(grid.bounds, role: .rowCursor)
        #expect(grid.roleLetters == ">>oo>")
        grid.overlay(grid.bounds, role: nil)
        #expect(grid.roleLetters == "rroo")
    }

    @Test("The cursor is inside or hidden")
    func cursor() {
        var grid = CellGrid(size: Size(width: 5, height: 1))
        grid.showCursor(at: Point(x: 4, y: 0))
        #expect(grid.cursor == Point(x: 4, y: 0))
        grid.showCursor(at: Point(x: 5, y: 0))
        #expect(grid.cursor == nil)
    }

    @Test("Random drawing keeps wide glyphs whole", arguments: 1...20)
    func randomDrawing(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var grid = CellGrid(
            size: Size(width: .random(in: 1...12, using: &random), height: .random(in: 1...3, using: &random)),
        )
        let texts = ["日本語", "a", "xyz", "e\u{301}", "\u{1b}", "語b本"]
        for _ in 0..<300 {
            let point = Point(x: .random(in: -4...13, using: &random), y: .random(in: -1...3, using: &random))
            grid.put(texts.randomElement(using: &random) ?? "a", at: point, role: .text)
            for y in 0..<grid.size.height {
                for x in 0..<grid.size.width {
                    let cell = grid[x, y]
                    if cell?.isWide == true { #expect(grid[x + 1, y]?.isTail == true, "seed \(seed)") }
                    if cell?.isTail == true { #expect(grid[x - 1, y]?.isWide == true, "seed \(seed)") }
                }
            }
        }
    }
}

@Suite("Rectangles")
struct RectTests {
    @Test("Sizes are never negative, whatever is asked")
    func negative() {
        #expect(Size(width: -3, height: 2).width == 0)
        #expect(Rect(x: 0, y: 0, width: 3, height: 3).inset(left: 5).isEmpty)
        #expect(
            Rect(x: 0, y: 0, width: 3, height: 3).intersection(Rect(x: 9, y: 9, width: 2, height: 2)).isEmpty
        )
        #expect(Rect(x: 0, y: 0, width: 3, height: 3).row(3).isEmpty)
    }
}
