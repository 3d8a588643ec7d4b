import Cells
internal import Monitor
import Support
import Testing

@testable import Console

/// Columns as an operator wants them.
@Suite struct ColumnsTests {
    private func head(_ driver: Driver) -> [String] {
        driver.lines[2].split { " ▴▾^v".contains($0) }.map(String.init)
    }

    @Test func everyColumnHasANameOfItsOwn() {
        #expect(Set(BindingColumns.names).count == BindingColumns.table.count)
        #expect(BindingColumns.names.allSatisfy { !$0.isEmpty })
        for name in BindingColumns.names { #expect(!BindingColumns.words(name).remark.isEmpty, "\(name)") }
        #expect(BindingColumns.name("TP") == "transport" && BindingColumns.name("agent") == "user_agent")
    }

    @Test func theTableBehindShowsWhatIsChosenAtOnce() {
        var driver = Driver(Size(width: 140, height: 40))
        driver.press("tj␣")
        #expect(!head(driver).contains("CONTACT") && head(driver).contains("AGENT"))
        driver.press("⏎")
        #expect(driver.model.layer == nil && driver.kept?.columns.contains("contact") == false)
        #expect(driver.kept?.columns.first == "aor")
        #expect(!head(driver).contains("CONTACT"))
    }

    @Test func columnsAreMoved() {
        var driver = Driver(Size(width: 140, height: 40))
        driver.press("t→")
        #expect(head(driver).prefix(2) == ["CONTACT", "AOR"])
        driver.press("←→→⏎")
        #expect(driver.kept?.columns.prefix(3) == ["contact", "source", "aor"])
    }

    @Test func aChosenColumnThatHasNoRoomIsNamed() {
        var driver = Driver()
        driver.press(":columns aor,contact,source,expires,state,user_agent,badges⏎")
        #expect(driver.says("BADGES have no room at 80 columns"), "\(driver.screen)")
        driver.press(":columns aor,state⏎")
        #expect(driver.messageLine.contains("Columns of Bindings: 2 as chosen."))
    }

    @Test func escapePutsBackWhatWas() {
        var driver = Driver(Size(width: 140, height: 40))
        let before = head(driver)
        driver.press("tj␣j␣→⎋")
        #expect(head(driver) == before && driver.kept == nil && driver.model.preferences.columns.isEmpty)
    }

    @Test func theAddressOfRecordStays() {
        var driver = Driver()
        driver.press("t␣")
        #expect(driver.messageLine.contains("The address of record stays"))
        #expect(
            BindingColumns.columns(width: 80, sortedBy: .aor, chosen: ["q", "cseq"]).first?.column == .aor
        )
    }

    @Test func automaticAgainFollowsTheWidth() {
        var driver = Driver(Size(width: 140, height: 40))
        driver.press(":columns aor,q⏎")
        #expect(head(driver) == ["AOR", "Q"])
        driver.press("ta⏎")
        #expect(driver.kept?.columns == [] && head(driver).contains("CONTACT"))
    }

    /// Whatever is chosen, in whatever width: what is shown is the beginning of the choice, and the address of
    /// record.
    @Test(arguments: 0..<60)
    func whatDoesNotFitDropsOutFromTheRight(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var names = BindingColumns.names
        for index in names.indices { names.swapAt(index, random.below(names.count)) }
        let chosen = Array(names.prefix(1 + random.below(names.count)))
        let columns = BindingColumns.columns(width: 0, sortedBy: .expires, chosen: chosen)
        for width in 1...160 {
            let shown = TableLayout(columns: columns.map(\.layout), width: width).places.map {
                columns[$0.column].name
            }
            #expect(shown.contains("aor"))
            let rest = shown.filter { $0 != "aor" }
            #expect(rest == Array(columns.map(\.name).filter { $0 != "aor" }.prefix(rest.count)), "\(width)")
        }
    }

    /// Names that are no columns any more are passed over.
    @Test func unknownNamesAreNoColumns() {
        var preferences = Preferences()
        preferences.columns = ["moon", "aor", "AGENT", "aor"]
        let driver = Driver(preferences: preferences)
        #expect(head(driver) == ["AOR", "AGENT"])
        preferences.columns = ["moon"]
        #expect(head(Driver(preferences: preferences)).contains("CONTACT"))
    }
}
