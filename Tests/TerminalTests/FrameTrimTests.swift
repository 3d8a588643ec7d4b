import Testing

@testable import Terminal

@Suite("What a frame leaves out")
struct FrameTrimTests {
    @Test(
        "Styles are joined, those before a reset dropped, the rest stays byte by byte",
        arguments: [
            ("\u{1b}[1m\u{1b}[31mx", "\u{1b}[1;31mx"),
            ("\u{1b}[39m\u{1b}(B\u{1b}[mx", "\u{1b}[mx"),
            ("\u{1b}[31m\u{1b}[0;1m\u{1b}[32mx", "\u{1b}[0;1;32mx"),
            ("\u{1b}[31m\u{1b}[;1mx", "\u{1b}[;1mx"),
            ("\u{1b}[31mx\u{1b}[m", "\u{1b}[31mx\u{1b}[m"),
            ("\u{1b}[2;3H\u{1b}[31m\u{1b}[4;5H\u{1b}[32m", "\u{1b}[2;3H\u{1b}[31m\u{1b}[4;5H\u{1b}[32m"),
            ("\u{1b}[?25l\u{1b}[>4m\u{1b}[3", "\u{1b}[?25l\u{1b}[>4m\u{1b}[3"),
            ("日本\u{1b}", "日本\u{1b}"),
            (
                "\u{1b}[38;5;1;48;5;2m\u{1b}[1;2;4;7m\u{1b}[38;5;3mx",
                "\u{1b}[38;5;1;48;5;2;1;2;4;7m\u{1b}[38;5;3mx"
            ),
        ],
    )
    func trims(frame: String, expected: String) {
        var result: [UInt8] = []
        FrameTrim.append(Array(frame.utf8)[...], to: &result)
        #expect(String(decoding: result, as: UTF8.self) == expected)
    }
}
