import Testing

@testable import Terminal

@Suite("Terminal types")
struct TerminalTypeTests {
    @Test("An unknown terminal is tried as its relatives, vt100 last")
    func relatives() {
        #expect(
            TerminalType.candidates(for: "xterm-ghostty") == [
                "xterm-ghostty", "xterm-256color", "xterm", "vt100",
            ]
        )
        #expect(
            TerminalType.candidates(for: "tmux-256color") == [
                "tmux-256color", "screen-256color", "screen", "vt100",
            ]
        )
        #expect(TerminalType.candidates(for: "vt100") == ["vt100"])
    }
}
