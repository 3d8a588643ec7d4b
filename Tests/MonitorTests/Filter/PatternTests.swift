import Support
import Testing

@testable import Monitor

/// Regular expressions on bytes: what they match, what is wrong with them, and that they can't be made slow.
struct PatternTests {
    private func matches(_ pattern: String, _ text: String, ignoringCase: Bool = false) throws -> Bool {
        var matcher = PatternMatcher(try Pattern(Array(pattern.utf8), ignoringCase: ignoringCase))
        let bytes = Array(text.utf8)
        return matcher.matches(bytes.span, in: 0..<bytes.count)
    }

    @Test(arguments: [
        ("44", "4417", true), ("44", "1744", true), ("44", "4", false), ("", "", true), ("", "x", true),
        ("^44", "4417", true), ("^44", "1744", false), ("44$", "1744", true), ("44$", "4417", false),
        ("^$", "", true), ("^$", "x", false), ("a.c", "abc", true), ("a.c", "ac", false),
        ("a.c", "a\nc", false),
        ("ab*c", "ac", true), ("ab*c", "abbbc", true), ("ab+c", "ac", false), ("ab+c", "abc", true),
        ("ab?c", "abc", true), ("^ab?c$", "abbc", false), ("(ab)+$", "abab", true),
        ("^(?:ab)+$", "aba", false),
        ("cat|dog", "hotdog", true), ("^(cat|dog)$", "hotdog", false), ("^(a|)b$", "b", true),
        ("[a-f0-3]", "z2", true), ("[a-f0-3]", "z9", false), ("[^a-z]", "abc", false),
        ("[^a-z]", "abC", true),
        ("[]x]", "]", true), ("[a-]", "-", true), ("\\d\\d", "a12", true), ("^\\D+$", "ab1", false),
        ("\\w+@\\w+", "bob@host", true), ("\\.", "a.b", true), ("\\.", "ab", false), ("\\s", "a b", true),
        ("^a{3}$", "aaa", true), ("^a{3}$", "aa", false), ("^a{2,}$", "aaaaa", true),
        ("^a{1,2}$", "aaa", false),
        ("^(a{2}){2}$", "aaaa", true), ("x*", "", true), ("^.*$", "anything", true),
    ])
    func table(pattern: String, text: String, expected: Bool) throws {
        #expect(try matches(pattern, text) == expected, "\(pattern) on \(text)")
    }

    @Test func caseIsIgnoredWhereAsked() throws {
        #expect(try matches("zoiper [a-c]", "ZOIPER B", ignoringCase: true))
        #expect(try !matches("zoiper", "ZOIPER"))
        #expect(try !matches("[^a]", "A", ignoringCase: true))
    }

    @Test(arguments: [
        ("a(b", 1), ("a)b", 1), ("[ab", 0), ("*a", 0), ("a{2", 3), ("a{3,2}", 6), ("a{99}", 4), ("\\", 1),
        ("a\\q", 2), ("(?<n>a)", 2), ("a+?", 2), ("[z-a]", 3),
    ])
    func faults(pattern: String, offset: Int) {
        #expect {
            _ = try Pattern(Array(pattern.utf8), ignoringCase: false)
        } throws: { error in
            (error as? Pattern.Fault)?.offset == offset
        }
    }

    @Test func sizeIsBounded() {
        #expect(throws: Pattern.Fault.self) { try Pattern(Array("(a{64}){64}".utf8), ignoringCase: false) }
    }

    /// A pattern on which backtracking takes exponential time.
    @Test func hostileTextTakesLinearTime() throws {
        var matcher = PatternMatcher(try Pattern(Array("^(a|a|aa)*(a+)+b$".utf8), ignoringCase: false))
        let text = [UInt8](repeating: 0x61, count: 200_000)
        let found = matcher.matches(text.span, in: 0..<text.count)
        #expect(!found)
    }

    /// More sets of instructions than are remembered: the memory is cleared and the answer stays right.
    @Test func manyStatesAreForgottenAndFoundAgain() throws {
        var matcher = PatternMatcher(try Pattern(Array("a[ab]{14}c".utf8), ignoringCase: false))
        var random = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let text = (0..<80).map { _ in [UInt8(0x61), 0x62, 0x62, 0x63][Int(random.next() % 4)] }
            let naive = text.indices.contains { start in
                start + 15 < text.count && text[start] == 0x61 && text[start + 15] == 0x63
                    && text[start + 1..<start + 15].allSatisfy { $0 != 0x63 }
            }
            let found = matcher.matches(text.span, in: 0..<text.count)
            #expect(found == naive, "seed 7")
        }
    }

    @Test func globFitsTheWholeText() throws {
        var matcher = PatternMatcher(try Pattern(glob: Array("gw-*@?.test".utf8), ignoringCase: true))
        func fits(_ text: String) -> Bool {
            let bytes = Array(text.utf8)
            return matcher.matches(bytes.span, in: 0..<bytes.count)
        }
        #expect(fits("GW-3@a.test"))
        #expect(!fits("big-gw-3@a.test"))
        #expect(!fits("gw-3@ab.test"))
        #expect(!fits("gw-3@a.tests"))
    }
}
