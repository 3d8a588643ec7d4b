import BindingTable
import Cells
import ConsoleLink
import Monitor
import Testing

@testable import Console

/// What strangers write, in every field of every screen: nothing of it moves, hides or reorders what is drawn.
@Suite struct HostileTextTests {
    static let pieces: [[UInt8]] = [
        Array("\u{1b}]0;PWNED\u{7}\u{1b}[2J".utf8), Array("日本語日本語".utf8), [0x9b, 0x41, 0xff, 0xfe],
        Array("\u{202e}evil\u{2066}x\u{2069}".utf8), Array("👩\u{200d}👩\u{200d}👧\u{fe0f}🇩🇪".utf8),
        Array("e\u{301}\u{302}\u{303}\u{304}\u{305}".utf8), Array("\u{301}a".utf8),
        Array("שלום مرحبا".utf8), [0xc0, 0x80, 0xe3, 0x81], Array("a\r\nb\tc\u{b}\u{c}\u{0}\u{7f}".utf8),
        Array("\u{85}\u{9c}\u{2028}\u{2029}\u{200b}\u{feff}\u{ad}".utf8),
        Array("\u{e0041}\u{e000}\u{10fffd}".utf8),
        Array("한글\u{1100}\u{1161}ก\u{e34}\u{e48}".utf8), Array(String(repeating: "漢", count: 60).utf8),
        Array("ﷺ𒐫\u{3000}\u{a0}·─█".utf8), [0xf4, 0x90, 0x80, 0x80, 0xed, 0xa0, 0x80],
    ]

    /// The pieces, another one first each time.
    private static func bytes(_ number: Int, after start: String = "") -> [UInt8] {
        let first = number % pieces.count
        return Array(start.utf8) + Array((pieces[first...] + pieces[..<first]).joined())
    }

    private static func text(_ number: Int, after start: String = "") -> String {
        String(decoding: bytes(number, after: start), as: UTF8.self)
    }

    private static func garbled(_ row: BindingRow, _ index: Int) -> BindingRow {
        var row = row
        let old = row.binding.texts
        row.binding.texts = BindingTexts(
            aor: bytes(index),
            contact: bytes(index + 1, after: "sip:"),
            contactParameters: bytes(index + 2),
            callID: bytes(index + 3),
            userAgent: bytes(index + 4),
            sentBy: bytes(index + 5),
            account: bytes(index + 6),
            path: bytes(index + 7),
            peer: bytes(index + 8),
            numbers: bytes(index + 9)
        )
        if index == 2 { row.binding.texts.aor = old.aor }
        return row
    }

    static let world: World = {
        var world = World()
        let by = OperatorIdentity(user: text(1), from: text(2), terminal: text(3))
        world.bindings = world.bindings.enumerated().map { garbled($1, $0) }
        world.past = world.past.enumerated().map { garbled($1, $0) }
        for index in world.attempts.indices {
            world.attempts[index].aor = text(index)
            world.attempts[index].agent = text(index + 1)
            world.attempts[index].callID = text(index + 2)
            world.attempts[index].method = text(index + 3)
        }
        world.log = world.log.enumerated().map { index, line in
            var line = line
            line.notice.text = text(index)
            return line
        }
        for index in world.audit.indices {
            world.audit[index].record.by = by
            world.audit[index].record.action = text(index)
            world.audit[index].record.object = text(index + 1)
            world.audit[index].record.result = text(index + 2)
            world.audit[index].record.reason = text(index + 3)
        }
        world.blocks = (0..<4).map {
            Block(subject: .aor(bytes($0)), until: nil, reason: text($0), by: by, since: Samples.ago(60))
        }
        world.overview.soonest = world.bindings
        for index in world.overview.failingUsers.indices {
            world.overview.failingUsers[index].aor = text(index)
        }
        for index in world.overview.topSources.indices {
            world.overview.topSources[index].agent = text(index)
        }
        for index in world.overview.agents.indices { world.overview.agents[index].name = text(index) }
        for index in world.overview.events.indices {
            world.overview.events[index].what = text(index)
            world.overview.events[index].subject = text(index + 1)
            world.overview.events[index].detail = text(index + 2)
        }
        for index in world.security.indices {
            world.security[index].agent = text(index)
            world.security[index].findings = world.security[index].findings.map {
                AbuseFinding(kind: $0.kind, count: $0.count, evidence: text(index))
            }
        }
        for index in world.history.entries.indices {
            world.history.entries[index].by = text(index)
            world.history.entries[index].binding.aor = bytes(index)
            world.history.entries[index].binding.contact = bytes(index + 1)
            world.history.entries[index].binding.userAgent = bytes(index + 2)
        }
        world.drain = Drain(until: nil, reason: text(4), by: by, since: Samples.ago(10))
        world.storeTrouble = text(5)
        world.messageBytes = bytes(0, after: "REGISTER sip:x SIP/2.0\r\nFrom: ")
        return world
    }()

    /// The program's own glyphs.
    private static let drawn: Set<Unicode.Scalar> = {
        var all: Set<Unicode.Scalar> = []
        let g = Glyphs.unicode
        all.formUnion([
            g.horizontal, g.vertical, g.topLeft, g.topRight, g.bottomLeft, g.bottomRight, g.teeLeft,
            g.teeRight,
            g.teeDown, g.teeUp, g.cross, g.barFull, g.barEmpty, g.block, g.sortUp, g.sortDown, g.scrollThumb,
            g.scrollTrack, g.arrowRight, g.arrowLeft, g.cursor, g.mark, g.dot,
        ])
        return all.union(g.sparkLevels)
    }()

    /// Each line has exactly its columns, and of all scalars only those that every terminal draws one way.
    static func problem(of grid: CellGrid) -> String? {
        for y in 0..<grid.size.height {
            var columns = 0
            for x in 0..<grid.size.width {
                guard let cell = grid[x, y] else { return "no cell at \(x),\(y)" }
                if cell.isTail {
                    guard x > 0, grid[x - 1, y]?.isWide == true else { return "half a glyph at \(x),\(y)" }
                    continue
                }
                columns += cell.isWide ? 2 : 1
                if cell.isWide, grid[x + 1, y]?.isTail != true { return "half a glyph at \(x),\(y)" }
                let kind = ScalarWidth.of(cell.scalar)
                let isOwn = drawn.contains(cell.scalar)
                guard isOwn || kind == (cell.isWide ? .wide : .narrow) else {
                    return "U+\(String(cell.scalar.value, radix: 16)) at \(x),\(y)"
                }
                if grid.glyphs == .ascii, !cell.scalar.isASCII { return "not ASCII at \(x),\(y)" }
                for mark in cell.marks where ScalarWidth.of(mark) != .combining {
                    return "U+\(String(mark.value, radix: 16)) on a glyph at \(x),\(y)"
                }
            }
            if columns != grid.size.width { return "\(columns) columns in row \(y)" }
        }
        return nil
    }

    static let sizes = [
        Size(width: 41, height: 10), Size(width: 80, height: 24), Size(width: 121, height: 31),
    ]

    @Test(arguments: Array(EverySizeTests.keys.enumerated()))
    func everyScreenStaysWhole(_ number: Int, _ keys: String) {
        var driver = Driver(ascii: number % 3 == 2, world: Self.world)
        driver.press(keys)
        for size in Self.sizes {
            driver.input(.resize(size))
            #expect(Self.problem(of: driver.grid) == nil, "\(keys) \(size)")
        }
    }

    /// Also what is pasted into the lines that take text.
    @Test(arguments: ["/", ":", "jjX⇥⇥", "?", "␣␣␣␣␣␣␣␣␣␣␣␣X⇥⇥", "5/", "jjHf/"])
    func pastedTextStaysWhole(_ keys: String) {
        for (index, ascii) in [(0, false), (4, true), (9, false), (13, false)] {
            var driver = Driver(ascii: ascii)
            driver.press(keys)
            driver.input(.key(.paste(Self.text(index))))
            for size in Self.sizes {
                driver.input(.resize(size))
                #expect(Self.problem(of: driver.grid) == nil, "\(keys) \(size)")
            }
        }
    }

    @Test func whatIsPrintedStaysWhole() {
        var driver = Driver()
        driver.input(.stdoutLines([Self.text(0)]))
        for size in Self.sizes {
            driver.input(.resize(size))
            #expect(Self.problem(of: driver.grid) == nil)
        }
    }

    @Test func theNameOfTheHostAndWhoWeAre() {
        var driver = Driver()
        var welcome = Samples.welcome(open: [Self.text(1)])
        welcome.host = Self.text(2)
        welcome.listeners = [Self.text(3)]
        welcome.you = OperatorIdentity(user: Self.text(4), from: Self.text(5), terminal: Self.text(6))
        welcome.readOnlyBecause = Self.text(7)
        driver.input(.link(.welcome(welcome)))
        for keys in ["", "X", "1", "3⏎"] {
            driver.press(keys)
            for size in Self.sizes {
                driver.input(.resize(size))
                #expect(Self.problem(of: driver.grid) == nil, "\(keys) \(size)")
            }
        }
    }
}
