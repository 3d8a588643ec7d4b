import BindingTable
import Cells
import Monitor
import Testing
import Timing

@testable import Console

/// Log and audit as lists.
@Suite struct LogScreenTests {
    /// What became of an act is seen before what its object repeats.
    @Test func theAuditShowsResults() {
        var world = World()
        world.audit = ["to be evicted", "skipped: gone already"].enumerated().map { index, result in
            AuditLine(
                number: UInt64(index + 1),
                record: AuditRecord(
                    at: Samples.start.wall,
                    by: Samples.operatorIdentity,
                    action: "evict",
                    object: "a-phone-44\(index)@example.test sip:a-phone-44\(index)@198.51.100.7:5060",
                    result: result,
                    reason: "stuck"
                )
            )
        }
        for size in [Size(width: 80, height: 24), Size(width: 140, height: 40)] {
            let driver = Driver(size, view: .audit, world: world)
            for text in ["a-phone-440@exampl", "to be evicted", "skipped: gone already"] {
                #expect(driver.screen.contains(text), "\(size): \(text)")
            }
        }
    }
}
