import BindingTable
import Cells
import ConsoleLink
import Monitor
import SIPMessage
import Testing

@testable import Console

/// Whom `:block` and `:unblock` mean by what stands behind them.
@Suite struct SubjectTests {
    private func blocked(_ keys: String) -> [BlockSubject] {
        var driver = Driver()
        driver.press(keys + "y")
        guard case .perform(let command, _)? = driver.acts.last, case .block(let subjects, _) = command.verb
        else { return [] }
        return subjects
    }

    @Test(arguments: [
        "aor:frank@example.test", "frank@example.test", "sip:frank@EXAMPLE.test", "frank", "aor:frank",
    ])
    func anAddressOfRecordInEveryForm(_ word: String) {
        #expect(blocked(":block \(word)⏎") == [.aor(Array("frank@example.test".utf8))], "\(word)")
    }

    @Test(arguments: ["ip:127.0.0.66", "127.0.0.66"])
    func aSourceInEveryForm(_ word: String) throws {
        let source = try #require(IPAddress("127.0.0.66"))
        #expect(blocked(":block \(word)⏎") == [.source(source)])
    }

    @Test func whatNamesNobodyOpensNoDialogAndSaysWhatToWrite() {
        for (word, sentence) in [
            ("ip:frank@example.test", "an IP address must follow ip:"), ("nobody", "whose user is it?"),
            ("127.0.0.66:5060", "no address of record and no IP address"),
        ] {
            for command in ["block", "unblock"] {
                var driver = Driver()
                driver.press(":\(command) \(word)⏎")
                #expect(driver.model.layer.isNone && driver.acts.isEmpty, "\(word)")
                #expect(driver.says(sentence), "\(word): \(driver.screen)")
            }
        }
    }

    @Test func aUserOfTwoDomainsIsRefusedWithBoth() {
        var world = World()
        var twin = world.bindings[0]
        twin.binding.texts.aor = Array("1180@other.test".utf8)
        twin.binding.facts.id = BindingID(partition: 1, generation: 77, slot: 9_999)
        world.bindings.append(twin)
        var driver = Driver(world: world)
        driver.press(":block 1180⏎")
        #expect(driver.model.layer.isNone)
        #expect(driver.says("Write 1180@example.test or 1180@other.test."), "\(driver.screen)")
    }

    @Test(arguments: ["aor:frank@example.test", "frank@example.test", "frank", "sip:frank@EXAMPLE.test"])
    func evictTakesTheSameForms(_ word: String) {
        var driver = Driver()
        driver.press(":evict \(word)⏎")
        #expect(driver.screen.contains("frank@example.test"), "\(word): \(driver.screen)")
        guard case .previewMatching(let filter, _, _)? = driver.acts.last else {
            return #expect(Bool(false), "\(word)")
        }
        #expect(filter.text == (word == "frank" ? "user=frank" : "aor=frank@example.test"))
    }

    @Test func evictOfASourceSaysHow() {
        var driver = Driver()
        driver.press(":evict ip:127.0.0.66⏎")
        #expect(driver.model.layer.isNone && driver.says("127.0.0.66 is a source: filter ip:127.0.0.66"))
    }

    @Test func unblockIsListedAndLiftsWhatIsNamed() throws {
        var driver = Driver()
        driver.press(":unb")
        #expect(driver.screen.contains("unblock") && !driver.screen.contains("Nothing here is called"))
        driver.press("lock ip:127.0.0.66⏎")
        #expect(driver.screen.contains("127.0.0.66 may register again from now on."))
        driver.press("y")
        guard case .perform(let command, _)? = driver.acts.last else { throw Missing() }
        let source = try #require(IPAddress("127.0.0.66"))
        #expect(command.verb == .unblock(.source(source)))
    }

    private struct Missing: Error {}

    @Test func unblockOfOneThatIsKnownSaysSinceWhen() throws {
        var driver = Driver()
        driver.press("b")
        let subject = try #require(driver.world.blocks.first?.subject)
        driver.press(":unblock \(subject.text)⏎")
        #expect(driver.screen.contains("LIFT BLOCK") && driver.screen.contains("Blocked since"))
    }
}
