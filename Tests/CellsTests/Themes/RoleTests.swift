import Testing

@testable import Cells

@Suite("Roles")
struct RoleTests {
    @Test("The table is in the order of the cases; names and letters are unique; parents end at text")
    func table() {
        var names: Set<String> = []
        var letters: Set<Character> = []
        #expect(Role.table.count == Role.allCases.count)
        for (index, row) in Role.table.enumerated() {
            let role = row.role
            #expect(Int(role.rawValue) == index, "\(role.name) is out of order")
            #expect(names.insert(role.name).inserted, "\(role.name) twice")
            #expect(letters.insert(role.letter).inserted, "letter of \(role.name) twice")
            #expect(Role(name: role.name) == role)
            var ancestor = role
            for _ in 0..<8 { ancestor = ancestor.parent ?? .text }
            #expect(ancestor == .text)
            #expect((role.parent == nil) == (role == .text))
        }
    }

    @Test("A name that no role has gives none")
    func unknownName() {
        #expect(Role(name: "state.good") == nil)
        #expect(Role(name: "") == nil)
    }
}
