import BindingTable
import Cells
import Foundation
import Monitor
import SIPMessage
import Testing
import Timing

@testable import Console

/// What scripts print: one name for each field, the console's own words for everything else.
@Suite struct ReportTests {
    private let clock = LocalClock(now: Samples.start, utcOffset: .zero)

    @Test func everyColumnOfTheListHasOneFieldAndEveryFieldOneName() {
        for column in BindingColumns.sortable {
            let name = BindingColumns.field(column)
            #expect(BindingFields.field(name) != nil, "\(column)")
            #expect(BindingFields.column(name) == column)
            #expect(BindingFields.column(BindingColumns.title(column).lowercased()) == column)
        }
        func names<Row>(_ table: [ReportField<Row>]) -> [String] { table.map(\.name) }
        let tables = [
            names(BindingFields.table), names(AttemptFields.table), names(HistoryFields.table),
            names(TargetFields.table), names(BlockFields.table), names(OverviewFields.table),
            names(SecurityFields.table), names(UndoFields.table), names(LogFields.table),
            names(AuditFields.table), names(DeviceFields.table), names(KeyFields.table),
        ]
        for names in tables {
            #expect(Set(names).count == names.count)
            #expect(names.allSatisfy { $0.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" } })
        }
        #expect(BindingFields.listed.allSatisfy { BindingFields.field($0) != nil })
        #expect(BindingFields.exchanged.allSatisfy { BindingFields.field($0) != nil })
        #expect(BindingFields.field("shoesize") == nil && BindingFields.column("shoesize") == nil)
    }

    @Test func everyFieldIsDocumented() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/regtop/Documentation.docc/Scripts.md")
        let sections = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "\n### ")
        func names<Row>(_ table: [ReportField<Row>]) -> [String] { table.map(\.name) }
        for (title, names) in [
            ("Bindings", names(BindingFields.table)), ("Attempts", names(AttemptFields.table)),
            ("History", names(HistoryFields.table)), ("Targets of an act", names(TargetFields.table)),
            ("Blocks", names(BlockFields.table)), ("Overview", names(OverviewFields.table)),
            ("Security", names(SecurityFields.table)), ("Devices", names(DeviceFields.table)),
            ("Acts that can be undone", names(UndoFields.table)), ("Log", names(LogFields.table)),
            ("Audit trail", names(AuditFields.table)), ("Keys", names(KeyFields.table)),
        ] {
            let section = try #require(sections.first { $0.hasPrefix("\(title)\n") })
            let told = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
                .map { String($0.dropFirst(3).prefix { $0 != "`" }) }
            #expect(told == names, "\(title)")
        }
    }

    /// No list of bindings, of what became of them or of what an act would hit tells a password.
    @Test func noContactTellsItsPassword() throws {
        let contact = Array("sip:4417:hunter2@10.0.0.7".utf8)
        func told<Row>(_ row: Row, by table: [ReportField<Row>]) throws -> String {
            let field = try #require(table.first { $0.name == "contact" })
            guard case .bytes(let bytes) = field.value(row, clock) else { return "" }
            return String(decoding: bytes, as: UTF8.self)
        }
        var row = Samples.bindings[0]
        row.binding.texts.contact = contact
        var event = try #require(Samples.history.first)
        event.binding.contact = contact
        let filled = "sip:4417:xxxxxxx@10.0.0.7"
        #expect(try told(row, by: BindingFields.table) == filled)
        #expect(try told(event, by: HistoryFields.table) == filled)
        #expect(try told((row.binding, .done), by: TargetFields.table) == filled)
    }

    @Test func aListSaysInTextWhatTheScreenSays() {
        for row in Samples.bindings {
            for name in ["state", "tries", "user_agent", "expires_in"] {
                let field = BindingFields.field(name)
                guard let column = BindingFields.column(name),
                    let entry = BindingColumns.table.first(where: { $0.column == column }),
                    case .text(let runs) = entry.field(row, clock).content
                else {
                    Issue.record("no column \(name)")
                    continue
                }
                let shown = runs.map(\.text.string).joined()
                let text = field.map { SafeText($0.text(row, clock)).string }
                // A fresh binding is NEW on the screen for a second only.
                if shown != "NEW", !shown.isEmpty, shown != "999+" { #expect(text == shown, "\(name)") }
            }
        }
    }

    @Test func aBindingsReportHasWhatItsPageHas() {
        let world = World()
        for row in Samples.bindings {
            guard
                case .binding(let detail) = world.window(
                    WindowQuery(subject: .binding(row.binding.facts.id), height: 1),
                    at: Samples.start.timestamp
                ).content
            else { continue }
            let lines = BindingReport(detail, clock: clock).lines
            #expect(lines[0].contains(row.aorText))
            #expect(lines.contains { $0.hasPrefix("  left") })
            #expect(lines.contains { $0.contains("\(row.binding.facts.path.source)") })
        }
    }

    @Test func anAttemptsReportSaysWhyAndNeverShowsAnExpectedResponse() {
        for row in Samples.attempts {
            let report = AttemptReport(row, Samples.detail(row, refusal: row.refusal), clock: clock)
            #expect(report.line.contains(row.verdict.word))
            #expect(!report.why.isEmpty && !report.why.joined().contains(Samples.response))
            #expect(AttemptReport(row, nil, clock: clock).why == ["\(VerdictWords.sentence(row.verdict))."])
        }
    }

    @Test func bytesThatAreNotUTF8AreToldAndNothingElseIsChanged() {
        #expect(ReportText.text(Array("müller@a".utf8)) == "müller@a")
        #expect(ReportText.text([0x61, 0xff, 0x62]) == "a\\xffb")
        #expect(ReportText.hex(0) == "0000000000000000")
        #expect(ReportText.hex(.max) == "ffffffffffffffff")
    }
}
