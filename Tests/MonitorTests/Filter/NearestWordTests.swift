import Testing

@testable import Monitor

/// What is said of words that are none, and which parts of words will do.
@Suite struct NearestWordTests {
    private func message(_ text: String, _ subject: Filter.Subject = .attempts) -> String {
        do throws(FilterError) {
            _ = try Filter(text, for: subject)
            return ""
        } catch {
            return error.message
        }
    }

    @Test(arguments: [
        ("BLOCKD", "BLOCKED"), ("passwd1", "PASSWD"), ("NORPELY", "NOREPLY"), ("STALL", "STALE"),
        ("UNREGISTER", nil),
        ("xyzzy", nil), ("", nil),
    ])
    func theNearestOfTheVerdicts(_ typed: String, _ nearest: String?) {
        #expect(NearestWord.of(typed, among: FilterWords.verdicts) == nearest)
    }

    @Test func aBeginningIsNearerThanASlip() {
        #expect(NearestWord.of("pa", among: ["ua", "path"]) == "path")
        #expect(NearestWord.of("reply", among: ["OK", "NOREPLY"]) == "NOREPLY")
    }

    @Test func distanceCountsLettersAndSwaps() {
        func distance(_ a: String, _ b: String) -> Int {
            NearestWord.distance(Array(a.unicodeScalars), Array(b.unicodeScalars))
        }
        #expect(distance("", "abc") == 3 && distance("abc", "abc") == 0)
        #expect(distance("abc", "acb") == 1 && distance("abc", "abd") == 1 && distance("abc", "ab") == 1)
    }

    @Test func anUnknownValueNamesTheNearestBeforeTheList() {
        #expect(message("result:BLOCKD").hasPrefix("BLOCKD is no result: BLOCKED? OK, "))
        #expect(message("st:LATEST", .bindings).hasPrefix("LATEST is no st: LATE? "))
        #expect(message("st=xyzzy", .bindings).hasPrefix("OK, LATE"))
    }

    @Test func anUnknownFieldNamesTheNearestBeforeTheList() {
        #expect(message("resutl:PASSWD").hasPrefix("no field \"resutl\": result? there are "))
        #expect(message("xyzzyx:1").hasPrefix("no field \"xyzzyx\"; there are "))
    }

    /// As text: all that contain it; a whole word stays that one.
    @Test func aPartOfAWordWillDoBehindAColon() throws {
        func bits(_ text: String, _ subject: Filter.Subject = .attempts) throws -> [String] {
            let program = try Filter(text, for: subject).program
            guard case .word(let field, let bits) = program.terms[Int(program.root)] else { return [] }
            return field.words.indices.filter { bits & 1 << UInt64($0) != 0 }.map { field.words[$0] }
        }
        #expect(
            try bits("result:PASS") == ["PASSWD"] && bits("result:REPL").sorted() == ["NOREPLY", "REPLAY"]
        )
        #expect(try bits("result:ok") == ["OK"] && bits("st:AU", .bindings) == ["AUTH"])
        #expect(try bits("level:warn", .log) == ["warning"])
        #expect(message("result=PASS").contains("PASSWD?"), "= asks for the word itself")
    }
}
