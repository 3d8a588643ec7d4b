import Cells
import Testing

@Suite("Keys")
struct KeyTests {
    @Test("Every key is read back from its name")
    func names() {
        let keys: [Key] = [
            "x", "X", "/", " ", "é", .control("f"), .control("\\"), .function(1), .function(12), .up,
            .pageDown,
            .enter, .escape, .tab, .backTab, .backspace, .delete, .home, "F", "^",
        ]
        for key in keys { #expect(Key(key.description) == key, "\(key)") }
        #expect(Key(" ") == " ")
        #expect(Key("Ctrl-X") == nil)
        #expect(Key("F0") == nil)
        #expect(Key("") == nil)
    }
}
