import Testing

@testable import Cells

@Suite("The sanitiser")
struct SafeTextTests {
    @Test(
        "What may not reach a terminal becomes an escape, the rest stays",
        arguments: [
            ("plain sip:alice@example.test", "plain sip:alice@example.test"),
            ("back\\slash", "back\\slash"),
            ("\u{1b}]0;PWN\u{7}", "\\x1b]0;PWN\\x07"),
            ("tab\tline\r\nend\u{7f}", "tab\\x09line\\x0d\\x0aend\\x7f"),
            ("c1 \u{9b}31m", "c1 \\u{9b}31m"),
            ("bidi \u{202e}evil\u{2066}", "bidi \\u{202e}evil\\u{2066}"),
            ("zero\u{200b}width\u{200d}\u{feff}", "zero\\u{200b}width\\u{200d}\\u{feff}"),
            ("tag \u{e0041} private \u{e000}", "tag \\u{e0041} private \\u{e000}"),
            ("sep\u{2028}\u{2029}", "sep\\u{2028}\\u{2029}"),
            ("nbsp\u{a0}ideographic\u{3000}", "nbsp\\u{a0}ideographic\\u{3000}"),
            ("emoji 📞 ☎", "emoji \\u{1f4de} \\u{260e}"),
            ("box ─│█", "box \\u{2500}\\u{2502}\\u{2588}"),
            ("hebrew א arabic ع", "hebrew \\u{5d0} arabic \\u{639}"),
            ("Müller Ωμέγα Привет", "Müller Ωμέγα Привет"),
            ("日本語 한국어 ﾊﾝｶｸ", "日本語 한국어 ﾊﾝｶｸ"),
            ("e\u{301}\u{302}", "e\u{301}\u{302}"),
            ("e\u{301}\u{302}\u{303}", "e\u{301}\u{302}\\u{303}"),
            ("\u{301}first", "\\u{301}first"),
            (" \u{301}", " \\u{301}"),
            ("joiner e\u{34f}", "joiner e\\u{34f}"),
            ("unassigned \u{378}\u{10ffff}", "unassigned \\u{378}\\u{10ffff}"),
        ],
    )
    func escapes(text: String, expected: String) {
        let safe = SafeText(text)
        #expect(Array(safe.string.unicodeScalars) == Array(expected.unicodeScalars))
        #expect(safe.isClean == (text.unicodeScalars.elementsEqual(expected.unicodeScalars)))
    }

    @Test("Bytes that are not UTF-8 are escaped one by one")
    func invalidUTF8() {
        #expect(SafeText(bytes: [0x41, 0xFF, 0xFE, 0x42]).string == "A\\xff\\xfeB")
        #expect(SafeText(bytes: [0xC0, 0xAF]).string == "\\xc0\\xaf", "overlong")
        #expect(SafeText(bytes: [0xED, 0xA0, 0x80]).string == "\\xed\\xa0\\x80", "surrogate")
        #expect(SafeText(bytes: [0xF4, 0x90, 0x80, 0x80]).string == "\\xf4\\x90\\x80\\x80", "beyond Unicode")
        #expect(SafeText(bytes: [0xE6, 0x97]).string == "\\xe6\\x97", "cut off")
        #expect(SafeText(bytes: [0xE6, 0x97, 0xA5]).string == "日")
    }

    @Test("Flagged ranges name exactly the escapes; neighbours are one range")
    func flags() {
        let safe = SafeText("a\u{1b}\u{7}b\u{9b}")
        #expect(safe.string == "a\\x1b\\x07b\\u{9b}")
        #expect(safe.flagged == [1..<9, 10..<16])
        #expect(safe.width == 16)
    }

    @Test("For ASCII screens everything beyond ASCII is escaped")
    func ascii() {
        #expect(SafeText("Müller 日", ascii: true).string == "M\\u{fc}ller \\u{65e5}")
    }

    @Test("Hostile bytes: only harmless scalars come out, and the width is their sum", arguments: 1...40)
    func fuzz(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let spicy: [UInt32] = [
            0x1B, 0x9B, 0x202E, 0x2066, 0x200B, 0x200D, 0x301, 0x65E5, 0xE9, 0x1F4DE, 0xE0041, 0xFE0F, 0x20,
        ]
        for round in 0..<200 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                if Bool.random(using: &random) {
                    bytes.append(UInt8.random(in: 0...255, using: &random))
                } else if let value = spicy.randomElement(using: &random), let scalar = Unicode.Scalar(value)
                {
                    bytes += Array(String(Character(scalar)).utf8)
                }
            }
            let safe = SafeText(bytes: bytes)
            var width = 0
            for scalar in safe.string.unicodeScalars {
                let kind = ScalarWidth.of(scalar)
                #expect(kind != .escaped, "seed \(seed) round \(round): \(scalar.value)")
                width += kind.columns
            }
            #expect(width == safe.width, "seed \(seed) round \(round)")
            #expect(SafeText(safe.string).string == safe.string, "seed \(seed) round \(round): not stable")
            let limit = Int.random(in: 0...20, using: &random)
            for cut in [Cut.end, .start] {
                #expect(safe.fitted(to: limit, cut: cut).width <= limit, "seed \(seed) round \(round)")
            }
            let lines = safe.wrapped(columns: max(2, limit))
            #expect(lines.allSatisfy { $0.width <= max(2, limit) })
            #expect(lines.map(\.string).joined() == safe.string, "seed \(seed) round \(round)")
        }
    }
}

@Suite("Fitting")
struct FittingTests {
    @Test("Two points show what was cut, at either end")
    func cutSign() {
        #expect(SafeText("sip:alice@example.test").fitted(to: 12).string == "sip:alice@..")
        #expect(
            SafeText("[2001:db8::5:1]:5060").fitted(to: 12, cut: .start).string == "..:5:1]:5060"
        )
        #expect(SafeText("abc").fitted(to: 3).string == "abc")
        #expect(SafeText("abcd").fitted(to: 3).string == "abc")
        #expect(SafeText("abc").fitted(to: 0).string == "")
    }

    @Test("A wide glyph is never halved, and flags follow their escapes")
    func wideAndFlags() {
        #expect(SafeText("日本語").fitted(to: 5).string == "日..")
        let cut = SafeText("abcdef\u{1b}").fitted(to: 8, cut: .start)
        #expect(cut.string == "..ef\\x1b")
        #expect(cut.flagged == [cut.string.utf8.count - 4..<cut.string.utf8.count])
    }

    @Test("Sentences break at blanks, words too long anywhere")
    func words() {
        let line = RunLine("usually within 48 s")
        let text = line.wrapped(columns: 9, atWords: true).map { $0.runs.map(\.text.string).joined() }
        #expect(text == ["usually", "within 48", "s"])
        let long = RunLine("abcdefghij kl").wrapped(columns: 4, atWords: true)
        #expect(long.map { $0.runs.map(\.text.string).joined() } == ["abcd", "efgh", "ij", "kl"])
    }
}
