import Cells
import Testing

@Suite("Widgets")
struct WidgetTests {
    static let columns = [
        Column("AOR", minimum: 8, ideal: 20, priority: 10, grows: true),
        Column("CONTACT", minimum: 8, ideal: 16, priority: 3, cut: .start),
        Column("LEFT", minimum: 5, ideal: 5, alignment: .right, priority: 9),
        Column("", minimum: 4, ideal: 8, priority: 4),
    ]

    static func table(rows: Int = 3) -> Table {
        let fields = [
            TableField("sip:alice@example.test"), TableField("[2001:db8::5:1]:5060"), TableField("0:14"),
            TableField(.bar(.countdown(left: 14, of: 60))),
        ]
        return Table(
            columns: columns,
            rows: (0..<rows).map { TableRow(fields, isMarked: $0 == 1, overlay: $0 == 2 ? .rowGone : nil) },
            cursor: 0,
            sort: SortMark(column: 0, ascending: true),
            window: ScrollBar(first: 0, shown: rows, total: rows * 4),
        )
    }

    static let keyBar = SegmentLine.keyBar([
        .hint("Enter", "Open", priority: 3), .hint("/", "Filter"), .hint("X", "Evict"),
        .hint("?", "Help", priority: 9),
    ])

    static var dialog: Dialog {
        Dialog(
            title: "EVICT 3 BINDINGS",
            lines: [
                RunLine("sip:gw-3@example.test  0:31 left"), RunLine(""), RunLine("Calls fail until then."),
            ],
            prompt: Prompt(label: "Reason: ", line: LineEditor("stuck")),
            buttons: [DialogButton("Cancel"), DialogButton("Evict 3", isDanger: true)],
            idealWidth: 36,
        )
    }

    @Test("A table, drawn in ASCII")
    func table() {
        var grid = CellGrid(size: Size(width: 46, height: 4), glyphs: .ascii)
        Self.table().draw(on: &grid, in: grid.bounds)
        #expect(
            grid.text == """
                   AOR^          CONTACT        LEFT
                >  sip:alice@e.. ..::5:1]:5060  0:14 ||......#
                 * sip:alice@e.. ..::5:1]:5060  0:14 ||......|
                   sip:alice@e.. ..::5:1]:5060  0:14 ||......|
                """,
        )
        #expect(grid.roleLetters.split(separator: "\n")[1].hasPrefix(">>>>"))
    }

    @Test("A dialog, drawn in ASCII")
    func dialog() {
        var grid = CellGrid(size: Size(width: 44, height: 11), glyphs: .ascii)
        Self.dialog.draw(on: &grid, in: grid.bounds)
        #expect(
            grid.text == """

                  +-EVICT 3 BINDINGS---------------------+
                  | sip:gw-3@example.test  0:31 left     |
                  |                                      |
                  | Calls fail until then.               |
                  |                                      |
                  | Reason: stuck                        |
                  |                                      |
                  |      [ Cancel ]    [ Evict 3 ]       |
                  +--------------------------------------+

                """,
        )
        #expect(grid.cursor == nil, "the button has the focus")
    }

    @Test("On a short screen the dialog keeps its field and buttons")
    func shortDialog() {
        var grid = CellGrid(size: Size(width: 44, height: 6), glyphs: .ascii)
        Self.dialog.draw(on: &grid, in: grid.bounds)
        #expect(grid.text.contains("[ Evict 3 ]"))
        #expect(grid.text.contains("Reason: stuck"))
    }

    @Test("Every size: nothing traps, nothing leaves the grid, cursor inside, no half word in the key bar")
    func everySize() {
        let heights = [1, 2, 3, 4, 5, 6, 8, 10, 13, 24, 40, 60]
        for width in 1...200 {
            for height in width <= 24 ? Array(1...24) : (width % 8 == 0 ? heights : [4]) {
                for glyphs in [Glyphs.ascii, .unicode] {
                    Self.drawAll(Size(width: width, height: height), glyphs)
                }
            }
        }
    }

    static func drawAll(_ size: Size, _ glyphs: Glyphs) {
        var grid = CellGrid(size: size, glyphs: glyphs)
        let all = grid.bounds
        table(rows: 5).draw(on: &grid, in: all)
        TextPane(lines: [RunLine("日本語 and a longer line"), RunLine("x")], wraps: true)
            .draw(on: &grid, in: all.inset(top: 2))
        Sparkline(values: [1, .nan, -3, .infinity, 7]).draw(on: &grid, in: all)
        Histogram(values: [3, 0, 9, -1], step: 2).draw(on: &grid, in: all)
        var editor = LineEditor("日本 typed text")
        for _ in 0..<(size.width % 5) { _ = editor.take(.left) }
        Prompt(label: "filter> ", line: editor, ghost: "ghost", note: "37 match").draw(on: &grid, in: all)
        #expect(grid.cursor.map { all.contains($0) } ?? (size.width < 2), "\(size) \(glyphs)")
        dialog.draw(on: &grid, in: all)
        grid.box(all, title: "title")
        keyBar.draw(on: &grid, in: all.row(size.height - 1))
        #expect(grid.cells.count == size.width * size.height)
        let bar = grid.text.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
        let words = Set(["Enter", "Open", "/", "Filter", "X", "Evict", "?", "Help"].map { Substring($0) })
        #expect(bar.split(separator: " ").allSatisfy(words.contains), "\(size): \(bar)")
    }

    @Test("Segments of the lowest priority go first; what stays keeps its order")
    func priorities() {
        #expect(Self.keyBar.shown(in: 80).left == [0, 1, 2, 3])
        #expect(Self.keyBar.shown(in: 33).left == [0, 1, 3])
        #expect(Self.keyBar.shown(in: 18).left == [0, 3])
        #expect(Self.keyBar.shown(in: 10).left == [3])
        #expect(Self.keyBar.shown(in: 3).left == [])
    }

    @Test("Columns fit, don't overlap, and drop by priority", arguments: 1...40)
    func layout(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let columns = (0..<Int.random(in: 1...8, using: &random)).map { index in
            Column(
                "C\(index)",
                minimum: .random(in: 1...12, using: &random),
                ideal: .random(in: 1...30, using: &random),
                priority: index,
                grows: Bool.random(using: &random),
            )
        }
        for width in 1...160 {
            let places = TableLayout(columns: columns, width: width).places
            #expect(!places.isEmpty)
            var next = 0
            for place in places {
                #expect(place.x >= next, "seed \(seed) width \(width)")
                #expect(place.width >= min(width, columns[place.column].minimum))
                next = place.x + place.width + 1
            }
            #expect(next - 1 <= width, "seed \(seed) width \(width)")
            #expect(places.map(\.column) == Array((columns.count - places.count)..<columns.count))
        }
    }

    @Test("A countdown is empty only when it is over")
    func countdown() {
        #expect(Bar.countdown(left: 1, of: 3600).fullSteps(of: 10) == 1)
        #expect(Bar.countdown(left: 0, of: 3600).fullSteps(of: 10) == 0)
        #expect(Bar.countdown(left: 0, of: 3600).role == .expiryOver)
        #expect(Bar.countdown(left: 3600, of: 3600).fullSteps(of: 10) == 10)
        #expect(Bar.countdown(left: 9999, of: 3600).fullSteps(of: 10) == 10)
        #expect(Bar.countdown(left: 5, of: 0).fullSteps(of: 10) == 0)
        #expect(Bar(fraction: .nan, role: .text).fullSteps(of: 10) == 0)
    }

    @Test("A scroll bar's thumb is at both ends where the window is")
    func scrollBar() {
        #expect(ScrollBar(first: 0, shown: 10, total: 100).thumb(track: 10)?.start == 0)
        #expect(ScrollBar(first: 90, shown: 10, total: 100).thumb(track: 10)?.start == 9)
        #expect(ScrollBar(first: 500, shown: 10, total: 100).thumb(track: 10)?.start == 9)
        #expect(ScrollBar(first: 0, shown: 100, total: 100).thumb(track: 10) == nil)
        #expect(ScrollBar(first: 3, shown: 20, total: 1_000_000).thumb(track: 20)?.length == 1)
    }
}

@Suite("Typing")
struct LineEditorTests {
    static func press(_ keys: Key..., on line: inout LineEditor) -> [Bool] {
        keys.map { line.take($0) }
    }

    @Test("Editing keys do what shells taught")
    func editing() {
        var line = LineEditor("exp<60 ua")
        let taken = Self.press(
            .control("w"),
            "n",
            "o",
            .home,
            .delete,
            "E",
            .end,
            .left,
            .backspace,
            on: &line,
        )
        #expect(!taken.contains(false))
        #expect(line.text == "Exp<60 o")
        #expect(line.caret == 7)
        #expect(Self.press(.control("k"), on: &line) == [true])
        #expect(line.text == "Exp<60 ")
        #expect(Self.press(.control("u"), .enter, .function(1), on: &line) == [true, false, false])
        #expect(line.isEmpty)
    }

    @Test("Pasted text ends at its first line end and respects the limit")
    func paste() {
        var line = LineEditor("ab", limit: 5)
        #expect(Self.press(.paste("cdefgh\nrm -rf"), on: &line) == [true])
        #expect(line.text == "abcde")
        #expect(Self.press("x", on: &line) == [true])
        #expect(line.text == "abcde")
    }
}
