import BindingTable
import Cells
import Monitor
import Testing
import Timing

@testable import Console

/// The table of columns and the texts in it.
@Suite struct BindingColumnsTests {
    private var clock: LocalClock { LocalClock(now: Samples.start, utcOffset: .zero) }

    @Test func everyColumnCanBeSortedBy() {
        #expect(Set(BindingColumns.sortable) == Set(BindingColumn.allCases))
        for column in BindingColumn.allCases {
            #expect(!BindingColumns.title(column).isEmpty)
            #expect(BindingColumns.columns(width: 40, sortedBy: column).contains { $0.column == column })
        }
    }

    @Test func theSortedColumnIsOnTheScreen() {
        for size in [Size(width: 80, height: 24), Size(width: 140, height: 40)] {
            var driver = Driver(size)
            for _ in BindingColumn.allCases {
                driver.press(">")
                #expect(driver.lines[2].contains("▴"), "\(driver.model.order.column) at \(size)")
            }
        }
    }

    @Test func countdowns() {
        #expect(TimeText.countdown(.milliseconds(2_100)) == "0:03")
        #expect(TimeText.countdown(.seconds(-5)) == "0:00")
        #expect(TimeText.countdown(.seconds(120)) == "2:00")
        #expect(TimeText.countdown(.seconds(121)) == "2m")
        #expect(TimeText.countdown(.seconds(3_900)) == "1h05")
        #expect(TimeText.countdown(.seconds(3 * 86_400 + 7_300)) == "3d02")
    }

    @Test func numbers() {
        #expect(TimeText.count(18_204) == "18,204")
        #expect(TimeText.count(999) == "999")
        #expect(TimeText.count(-1_234_567) == "-1,234,567")
        #expect(
            TimeText.ordinal(41) == "41st" && TimeText.ordinal(12) == "12th"
                && TimeText.ordinal(103) == "103rd"
        )
        #expect(TimeText.fixed(2.05, 1) == "2.1" || TimeText.fixed(2.05, 1) == "2.0")
        #expect(TimeText.fixed(.nan, 1) == "-")
        #expect(
            TimeText.length(48) == "48 s" && TimeText.length(600) == "10 m" && TimeText.length(3_600) == "1 h"
        )
    }

    @Test func contactsShowWhereCallsGo() {
        #expect(BindingColumns.hostPart("sip:4417@198.51.100.7:5062;ob") == "198.51.100.7:5062")
        #expect(BindingColumns.hostPart("sip:[2001:db8::1]:5060") == "[2001:db8::1]:5060")
        #expect(BindingColumns.hostPart("tel:+1") == "+1")
        #expect(BindingColumns.hostPart("@") == "@")
        #expect(BindingColumns.hostPart("") == "")
    }

    @Test func everyStateHasAWordOfItsOwn() {
        var words: Set<String> = []
        for state in BindingState.allCases {
            var row = Samples.bindings[0]
            row.state = state
            guard case .text(let runs) = BindingColumns.state(row).content else { continue }
            words.insert(runs.map(\.text.string).joined())
        }
        #expect(words.count == BindingState.allCases.count)
    }

    @Test func strangersTextNeverReachesTheScreenRaw() {
        for size in [Size(width: 40, height: 10), Size(width: 80, height: 24), Size(width: 200, height: 60)] {
            for keys in ["G", "/judy⏎⏎", "3⏎r"] {
                var driver = Driver(size)
                driver.press(keys)
                let hostile = driver.screen.unicodeScalars.filter {
                    ($0.value < 0x20 && $0 != "\n") || $0.value == 0x7f || $0.value == 0x202e
                }
                #expect(hostile.isEmpty)
            }
        }
    }
}
