import Support
import Testing
import Timing

@testable import Monitor

/// Filters by their names, and what a filter is in the words that any program understands.
struct FilterNamesTests {
    private let named = [
        "mine": "ua~zoiper exp<60", "both": "@mine or @late", "loop": "a @pool", "pool": "@loop",
    ]

    @Test func aNameStandsForItsFilterInParentheses() throws {
        let filter = try Filter("!@both 4417", for: .bindings, named: named)
        #expect(filter.text == "!@both 4417")
        #expect(filter.expansion == "!( ( ua~zoiper exp<60 ) or @late ) 4417")
        // The other end knows none of the names.
        #expect(throws: Never.self) { try Filter(filter.expansion, for: .bindings) }
        #expect(throws: FilterError.self) { try Filter(filter.text, for: .bindings) }
    }

    @Test func aNameThatRefersToItselfIsRefused() {
        let error = #expect(throws: FilterError.self) {
            try Filter("ua:x @loop", for: .bindings, named: named)
        }
        #expect(error == FilterError(column: 6, message: "@loop: @pool: @loop refers to itself"))
    }

    @Test func whatIsWrongInsideIsToldWhereTheNameStands() {
        let error = #expect(throws: FilterError.self) {
            try Filter("x @mine", for: .attempts, named: named)
        }
        #expect(error?.column == 3)
        #expect(error?.message.hasPrefix("@mine: attempts have no field \"exp\"") == true)
    }

    @Test func namesAreEqualByWhatTheyStandFor() throws {
        let one = try Filter("@x", for: .bindings, named: ["x": "a"])
        #expect(try one != Filter("@x", for: .bindings, named: ["x": "b"]))
        #expect(try one == Filter("@x", for: .bindings, named: ["x": "a", "y": "b"]))
        #expect(try Filter("@X", for: .bindings, named: ["x": "a"]).expansion == one.expansion)
    }

    /// A quotation or a parenthesis that is left open ends with the filter it stands in.
    @Test(arguments: ["ua:\"Zoiper 5", "ua:\"a\\", "ua:a\\", "ua:[x", "(a)"])
    func nothingLeaksOutOfAFilter(text: String) throws {
        let filter = try Filter(text, for: .bindings)
        let other = try Filter("aor=nobody", for: .bindings)
        for both in [try filter.and(other), try other.and(filter)] {
            var evaluator = FilterEvaluator(both, clock: FilterClock(.zero, utcOffset: .zero))
            var row = FilterRow()
            row.add(.aor, Array("somebody".utf8))
            row.add(.agent, Array("Zoiper 5 a\\ [x \" a ) aor=nobody".utf8))
            let passes = evaluator.passes(row, at: .zero)
            #expect(!passes, "\(both.text)")
        }
        let named = try Filter("@it aor=nobody", for: .bindings, named: ["it": text])
        #expect(throws: Never.self) { try Filter(named.expansion, for: .bindings) }
    }

    @Test func aLoneQuotationMarkIsNoFilter() {
        #expect(throws: FilterError.self) { try Filter("\"", for: .bindings) }
    }

    @Test(arguments: ["late", "", "a b", "ü", "x)", String(repeating: "x", count: 33)])
    func noNames(name: String) { #expect(!Filter.canBeNamed(name)) }

    @Test func valuesAreQuotedSoThatTheyAreFound() throws {
        var random = SeededGenerator(seed: 5)
        let alphabet = Array("ab \"\\()*?!@.:<>~[]ü\u{1b}\t'")
        for _ in 0..<500 {
            let value = String((0..<1 + random.below(12)).map { _ in alphabet[random.below(alphabet.count)] })
            let filter = try Filter("ua=\(Filter.quoted(value))", for: .bindings)
            var evaluator = FilterEvaluator(filter, clock: FilterClock(.zero, utcOffset: .zero))
            var row = FilterRow()
            row.add(.agent, Array(value.utf8))
            let isFound = evaluator.passes(row, at: .zero)
            #expect(isFound, "seed 5: \(filter.text)")
            row.reset()
            row.add(.agent, Array((value + "x").utf8))
            let isAnother = evaluator.passes(row, at: .zero)
            #expect(!isAnother, "seed 5: \(filter.text)")
        }
    }
}

extension ClockReading {
    /// The beginning of both clocks.
    static let zero = ClockReading(timestamp: .zero, wall: WallTime(secondsSince1970: 0))
}
