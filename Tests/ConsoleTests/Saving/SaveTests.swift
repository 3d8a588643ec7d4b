import BindingTable
import Cells
import ConsoleLink
import Monitor
import Support
import Testing

@testable import Console

/// `S`: what is here, into a file.
@Suite struct SaveTests {
    private func lastOrder(_ driver: Driver) -> SaveOrder? {
        for case .save(let order) in driver.effects.reversed() { return order }
        return nil
    }

    @Test func savesTheListInTwoKeys() throws {
        var driver = Driver()
        driver.press("S")
        #expect(driver.screen.contains("SAVE") && driver.says("regtop-bindings-20261125T120431.csv"))
        driver.press("⏎")
        let order = try #require(lastOrder(driver))
        #expect(order.file == "regtop-bindings-20261125T120431.csv" && order.format == .csv)
        guard case .bindings(let filter, _, let fields) = order.content else {
            Issue.record("\(order)")
            return
        }
        #expect(filter.isEmpty && fields.contains("aor") && fields.contains("expires_in"))
        #expect(driver.messageLine.contains("Saving regtop-bindings"))
        driver.input(.saved(order.number, .done(rows: 1, bytes: 18_234, path: "/home/kl/x.csv")))
        #expect(driver.messageLine.contains("Saved 1 binding, 18.2 kB, in /home/kl/x.csv"))
    }

    @Test func theNameFollowsTheChoiceUntilItIsWritten() throws {
        var driver = Driver(view: .attempts)
        driver.press("S")
        #expect(driver.says(".pcapng") && driver.says("Secrets"))
        // Back from Save: the name, the secrets, the format.
        driver.press("⇤⇤⇤→")
        #expect(driver.says("regtop-attempts-20261125T120431.txt") && !driver.says("Secrets"))
        driver.press("→→")
        #expect(driver.says("regtop-attempts-20261125T120431.json"))
        driver.press("⇥⇥⌃uout.json⇤⇤←")
        #expect(driver.says("File out.json"))
        driver.press("⇥⇥⏎")
        #expect(lastOrder(driver)?.file == "out.json" && lastOrder(driver)?.format == .csv)
    }

    @Test func secretsAreHiddenUnlessTheyAreWanted() throws {
        var driver = Driver(view: .attempts)
        driver.press("S⏎")
        #expect(lastOrder(driver)?.isRedacted == true && lastOrder(driver)?.format == .packets)
        driver.input(.saved(1, .failed("the disk is full")))
        #expect(driver.messageLine.contains("Not saved: the disk is full."))
        driver.press("S⇤⇤→")
        #expect(driver.says("With all secrets"))
        driver.press("⇥⇥⏎")
        #expect(lastOrder(driver)?.isRedacted == false)
    }

    @Test func marksThisRowAndItsAttemptsCanBeChosen() throws {
        var driver = Driver()
        driver.press("␣␣S")
        #expect(driver.says("2 marked"))
        driver.press("⏎")
        guard case .marked(let rows, _)? = lastOrder(driver)?.content else {
            Issue.record("\(String(describing: lastOrder(driver)))")
            return
        }
        #expect(rows.count == 2)
        driver.input(.saved(1, .done(rows: 2, bytes: 1, path: "/x")))
        driver.press("US⇤⇤⇤→⇥⇥⇥⏎")
        guard case .binding? = lastOrder(driver)?.content else {
            Issue.record("\(String(describing: lastOrder(driver)))")
            return
        }
        driver.input(.saved(2, .done(rows: 1, bytes: 1, path: "/x")))
        driver.press("S⇤⇤⇤→→⇥⇥⇥⏎")
        guard case .attempts(let filter, _, _)? = lastOrder(driver)?.content else {
            Issue.record("\(driver.screen)")
            return
        }
        #expect(filter.hasPrefix("aor="))
    }

    @Test func everyScreenHasSomethingToSave() {
        for (keys, content) in [
            ("1", "overview"), ("2", "bindings"), ("2⏎", "binding"), ("3", "attempts"), ("3⏎", "attempt"),
            ("4", "security"), ("5", "log"), ("5⇥", "audit"), ("6", "devices"), ("b", "blocks"),
            ("2H", "history"),
        ] {
            var driver = Driver(readOnly: true)
            driver.press(keys + "S⏎")
            let saved = lastOrder(driver).map { String("\($0.content)".prefix { $0 != "(" }) }
            #expect(saved == content, "\(keys)")
            driver.input(.saved(1, .exists(path: "/x")))
            #expect(driver.says("/x is there already."), "\(keys)")
        }
    }

    /// The filter of a list that is saved, without the operator's own names.
    private func filter(of content: SaveOrder.Content?) -> String? {
        switch content {
        case .bindings(let filter, _, _), .attempts(let filter, _, _): filter
        case .security(_, let filter), .devices(_, let filter), .log(let filter, _), .audit(let filter),
            .blocks(let filter):
            filter?.expansion
        default: nil
        }
    }

    @Test(arguments: [
        ("/4417⏎", "4417"), ("/@mine⏎", "( ip:198.51.100.7 )"), ("3/@mine⏎", "( ip:198.51.100.7 )"),
        ("4/class:attack⏎", "class:attack"), ("5/disk⏎", "disk"), ("5⇥/@mine⏎", "( ip:198.51.100.7 )"),
        ("6/zoiper⏎", "zoiper"), ("b/9004⏎", "9004"),
        ("/4417⏎F\\", "aor=\"4417@example.test\""), ("/4417⏎F5", "text:\"4417@example.test\""),
    ])
    func whatIsSavedIsWhatTheFilterInForceShows(keys: String, expected: String) {
        var driver = Driver(filters: ["mine": "ip:198.51.100.7"])
        driver.press(keys + "S⏎")
        #expect(filter(of: lastOrder(driver)?.content) == expected, "\(driver.screen)")
        #expect(lastOrder(driver)?.at == nil)
    }

    @Test func failuresWarningsAndAllThatAreMarkedAreSavedAsTheyAreShown() {
        var driver = Driver(view: .attempts)
        driver.press("!S⏎")
        guard case .attempts(_, let failuresOnly, _)? = lastOrder(driver)?.content else {
            Issue.record("\(driver.screen)")
            return
        }
        #expect(failuresOnly == driver.model.failuresOnly && failuresOnly)
        var world = World()
        world.bindings = Samples.many(100)
        driver = Driver(world: world, filters: ["mine": "example"])
        driver.press("/@mine⏎VV/⌃uexample.test⏎S⏎")
        #expect(filter(of: lastOrder(driver)?.content) == "( example )", "\(driver.screen)")
    }

    @Test func whatIsSavedOfThePastIsThePast() throws {
        var driver = Driver()
        driver.press(":at -3631s⏎S⏎")
        let at = try #require(driver.model.replay?.at)
        #expect(lastOrder(driver)?.at == at)
    }

    @Test func aFileThatIsThereIsAskedAbout() throws {
        var driver = Driver()
        driver.press("S⏎")
        driver.input(.saved(1, .exists(path: "/home/kl/a.csv")))
        #expect(driver.screen.contains("REPLACE"))
        driver.press("⏎")
        #expect(driver.effects.count == 1)
        driver.press("S⏎")
        driver.input(.saved(2, .exists(path: "/home/kl/a.csv")))
        driver.press("⇥⏎")
        let order = try #require(lastOrder(driver))
        #expect(order.mayReplace && order.file == "/home/kl/a.csv" && order.number == 3)
        // Whoever types at that moment is not interrupted.
        driver.press("/4")
        driver.input(.saved(3, .exists(path: "/home/kl/a.csv")))
        driver.press("⏎")
        #expect(!driver.screen.contains("REPLACE"))
    }

    @Test func progressIsToldAndItCanBeStopped() {
        var driver = Driver()
        driver.press("S⏎")
        driver.input(.saved(1, .writing(rows: 12_000, of: 1_000_000)))
        #expect(driver.says("12,000 of 1,000,000 rows; S stops it."))
        driver.input(.saved(7, .writing(rows: 1, of: nil)))
        #expect(driver.says("12,000"))
        driver.press("j")
        driver.press("S")
        #expect(driver.screen.contains("SAVING"))
        driver.press("⇥⏎")
        guard case .stopSaving? = driver.effects.last else {
            Issue.record("\(driver.effects)")
            return
        }
        driver.input(.saved(1, .failed("stopped; no file was made")))
        #expect(driver.messageLine.contains("Not saved: stopped"))
    }

    @Test func aFileWithoutANameIsAskedFor() {
        var driver = Driver()
        driver.press("S⇤⌃u⏎⏎")
        #expect(driver.says("Name the file.") && driver.effects.isEmpty)
    }

    @Test func exportSavesByTheEndingOfTheName() throws {
        var driver = Driver(view: .attempts)
        driver.press(":export a/b.pcap⏎")
        #expect(lastOrder(driver)?.format == .packets && lastOrder(driver)?.file == "a/b.pcap")
        driver.input(.saved(1, .done(rows: 3, bytes: 900, path: "/a/b.pcap")))
        #expect(driver.messageLine.contains("Saved 3 messages, 900 bytes, in /a/b.pcap"))
        driver.press(":export x.jsonl⏎")
        #expect(lastOrder(driver)?.format == .json)
        driver.input(.saved(2, .done(rows: 3, bytes: 900, path: "/a")))
        driver.press("5:export x.pcap⏎")
        #expect(driver.messageLine.contains("nothing on this screen that pcap could hold"))
        driver.press(":export⏎")
        #expect(driver.screen.contains("SAVE"))
    }

    @Test func namesOfFilesHaveNothingOfAStranger() {
        #expect(SavePlan.fileWord("sip:../a b\u{202e}\n@x") == "sip_.._a_b__@x")
        #expect(SavePlan.fileWord(String(repeating: "a", count: 900)).count == 40)
    }
}
