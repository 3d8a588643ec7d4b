import BindingTable
import ConsoleLink
import Monitor
import Testing
import Timing

@testable import Console

/// The console without a screen, against a world that answers at once.
final class PlainDriver {
    var model: PlainModel
    var world: World
    var now = Samples.start
    /// Everything printed.
    private(set) var lines: [String] = []
    private(set) var exit: Int32?
    /// What was to change something.
    private(set) var performed: [OperatorCommand] = []
    /// Questions that are out at the same time, at most.
    private(set) var mostOut = 0

    init(world: World = World(), readOnly: Bool = false, view: String = "", filter: String = "") {
        var settings = PlainSettings()
        (settings.isReadOnly, settings.view, settings.filter) = (readOnly, view, filter)
        model = PlainModel(settings: settings)
        self.world = world
        input(.link(.welcome(Samples.welcome())))
    }

    func input(_ input: PlainInput) {
        var queue = [input]
        while !queue.isEmpty {
            var out = 0
            for effect in model.update(queue.removeFirst(), at: now) {
                switch effect {
                case .line(let line): lines.append(line)
                case .quit(let code): exit = code
                case .send(let request):
                    out += 1
                    queue.append(.link(answer(request)))
                }
            }
            mostOut = max(mostOut, out)
        }
    }

    private func answer(_ request: LinkRequest) -> LinkUpdate {
        switch request {
        case .query(let query, let serial):
            return .window(world.window(query, at: now.timestamp), serial: serial)
        case .history(let query, let serial): return .history(world.history(query), serial: serial)
        case .explain(_, let serial): return .explanation(ExplainAnswer(lines: ["a rule"]), serial: serial)
        case .route(let query, let serial):
            return .route(world.route(query, at: now.timestamp), serial: serial)
        case .preview(let command, let serial): return .preview(world.preview(command), serial: serial)
        case .perform(let command, let serial):
            performed.append(command)
            return .outcome(world.perform(command, at: now.timestamp), serial: serial)
        default: return .lost("not asked here")
        }
    }

    func type(_ lines: String...) { for line in lines { input(.line(line)) } }

    func wait(_ seconds: Int = 1) {
        for _ in 0..<seconds {
            now = ClockReading(timestamp: now.timestamp + .seconds(1), wall: now.wall + .seconds(1))
            input(.tick)
        }
    }

    /// What `body` made it print.
    func printed(_ body: (PlainDriver) -> Void) -> [String] {
        let count = lines.count
        body(self)
        return Array(lines.dropFirst(count))
    }
}

@Suite struct PlainModelTests {
    private func failed(_ number: Int, _ verdict: AttemptVerdict = .wrongPassword) -> AttemptRow {
        var row = Samples.attempts[1]
        row.id = AttemptID(rawValue: UInt64(number))
        row.verdict = verdict
        row.refusal = verdict == .wrongPassword ? .wrongPassword : .unknownUser
        return row
    }

    private func event(_ what: String, _ subject: String) -> OverviewEvent {
        OverviewEvent(at: Samples.start.timestamp, what: what, subject: subject, detail: "sip:\(subject)")
    }

    @Test func itSaysWhereItIsAndThenOnlyWhatChanges() {
        let driver = PlainDriver()
        #expect(driver.lines.first == "regtop pbx1: listening on udp:192.0.2.1:5060, tcp:192.0.2.1:5060")
        driver.wait(5)
        let before = driver.lines.count
        driver.wait(10)
        #expect(driver.lines.count == before, "\(driver.lines)")
        #expect(driver.mostOut <= 1)
    }

    @Test func newAndEndedBindingsAreTold() {
        let driver = PlainDriver()
        driver.wait()
        let lines = driver.printed { driver in
            driver.world.overview.events.insert(event("registered", "9001@example.test"), at: 0)
            driver.world.overview.events.insert(event("expired", "9002@example.test"), at: 0)
            driver.wait()
        }
        #expect(
            lines == [
                "12:04:31  registered  9001@example.test  sip:9001@example.test",
                "12:04:31  expired  9002@example.test  sip:9002@example.test",
            ]
        )
    }

    @Test func aStormIsCounted() {
        let driver = PlainDriver()
        driver.wait()
        let lines = driver.printed { driver in
            for number in 0..<3 {
                driver.world.overview.events.insert(event("registered", "\(number)@example.test"), at: 0)
            }
            driver.world.overview.bindings += 415
            driver.wait()
        }
        #expect(lines.count == 4)
        #expect(lines.last?.contains("412 more registered, ") == true)
        let failures = driver.printed { driver in
            driver.world.attempts += (0..<40).map {
                failed(200 + $0, $0 < 30 ? .wrongPassword : .unknownUser)
            }
            driver.wait()
        }
        #expect(failures.count == PlainWatch.most + 1)
        #expect(failures.last?.hasSuffix("35 more failed: 25 wrong password, 10 unknown user") == true)
    }

    @Test func aFailureIsOneLineWithItsReasonAndItsNumberLeadsToWhy() {
        let driver = PlainDriver()
        driver.wait()
        let lines = driver.printed { driver in
            driver.world.attempts.append(failed(200))
            driver.wait()
        }
        #expect(lines.count == 1)
        #expect(
            lines[0].contains("FAILED  number 200, 9001@example.test from 198.51.100.23:5066 udp: PASSWD, ")
        )
        #expect(lines[0].contains("wrong password for the known user \"9001\""))
        let why = driver.printed { $0.type("why 200") }
        #expect(why.contains { $0.contains("REJECTED: wrong password") })
        #expect(driver.printed { $0.type("why 99999") } == ["attempt 99999 is no longer kept"])
        #expect(driver.printed { $0.type("why me") }.first?.hasPrefix("write the number") == true)
    }

    @Test func aFilterIsForAllThatIsTold() {
        let driver = PlainDriver()
        driver.type("filter 4417")
        driver.wait(2)
        let lines = driver.printed { driver in
            driver.world.attempts.append(failed(200))
            driver.world.overview.events.insert(event("expired", "9001@example.test"), at: 0)
            driver.world.overview.events.insert(event("moved", "4417@example.test"), at: 0)
            driver.wait()
        }
        #expect(lines.count == 1 && lines[0].contains("moved  4417@example.test"))
        #expect(driver.printed { $0.type("filter exp<<") }.first?.contains("the one before stays") == true)
        #expect(driver.model.filter == "4417")
        #expect(driver.printed { $0.type("filter") } == ["no filter: all is told"])
    }

    @Test func anActSaysWhatItDoesAndWantsAYes() {
        let driver = PlainDriver()
        let asked = driver.printed { $0.type("evict 4417@example.test") }
        #expect(asked.first == "evict 1 binding:")
        #expect(asked.contains { $0.contains("It is the last binding of its address of record") })
        #expect(asked.last == "type yes to evict it; anything else does nothing")
        #expect(driver.performed.isEmpty)
        #expect(driver.printed { $0.type("y") } == ["nothing done"])
        #expect(driver.performed.isEmpty)
        driver.type("evict 4417@example.test")
        #expect(driver.printed { $0.type("yes") } == ["evicted 1 binding; undo puts back"])
        #expect(!driver.world.bindings.contains { $0.aorText == "4417@example.test" })
        guard case .evict(let targets, nil)? = driver.performed.last?.verb else {
            Issue.record("\(driver.performed)")
            return
        }
        #expect(driver.performed.count == 1 && targets.count == 1)
        #expect(driver.printed { $0.type("undo") } == ["1 binding put back"])
        #expect(driver.world.bindings.contains { $0.aorText == "4417@example.test" })
        #expect(driver.printed { $0.type("undo") } == ["there is nothing to undo"])
        #expect(
            driver.printed { $0.type("expire nobody@example.test") }.first?.contains("has no binding") == true
        )
        let count = driver.performed.count
        driver.type("expire 4417@example.test")
        #expect(driver.printed { $0.type("yes") } == ["expired 1 binding; undo puts back"])
        guard case .expire(let expired)? = driver.performed.last?.verb else {
            Issue.record("\(driver.performed)")
            return
        }
        #expect(driver.performed.count == count + 1 && expired.count == 1)
    }

    @Test func aRefreshBetweenLookAndYesLeavesItAlone() {
        let driver = PlainDriver()
        driver.type("evict 4417@example.test")
        driver.world.refresh("4417")
        let lines = driver.printed { $0.type("yes") }
        #expect(lines.contains { $0.contains("skipped, changed") })
        #expect(driver.world.bindings.contains { $0.aorText == "4417@example.test" })
    }

    @Test func whoMayOnlyLookIsToldWhy() {
        let driver = PlainDriver(readOnly: true)
        #expect(driver.lines.contains("looking only: started with --read-only"))
        #expect(
            driver.printed { $0.type("evict 4417@example.test") }
                == ["this console can only look: started with --read-only"]
        )
        driver.type("yes", "undo", "expire 4417@example.test", "yes")
        #expect(driver.performed.isEmpty)
    }

    @Test func commandsOfAPipeAreDoneInTheirOrderAndQuitComesLast() {
        let driver = PlainDriver()
        let lines = driver.printed { driver in
            driver.type("report 4417@example.test", "show bob@example.test", "quit")
        }
        #expect(lines.first == "REGISTRATION OF 4417@example.test")
        let end = lines.firstIndex(of: "end of the report") ?? lines.count
        #expect(lines.dropFirst(end).contains { $0.contains("bob@example.test") })
        #expect(driver.exit == 0)
    }

    @Test func everyViewAndCommandIsThere() {
        let driver = PlainDriver()
        for view in PlainView.allCases {
            let lines = driver.printed { $0.type("view \(view.rawValue) 3") }
            #expect(!lines.isEmpty && lines.count <= max(4, OverviewFields.table.count), "\(view)")
        }
        let help = driver.printed { $0.type("help") }
        #expect(help.count == PlainCommand.Name.allCases.count)
        for name in PlainCommand.Name.allCases { #expect(PlainCommand.named(name.rawValue)?.name == name) }
        #expect(driver.printed { $0.type("dance") }.first?.hasPrefix("there is no command dance") == true)
        #expect(driver.printed { $0.type("show") }.first?.hasPrefix("write show AOR") == true)
        #expect(driver.printed { $0.type("view mirrors") }.first?.hasPrefix("there is no view") == true)
    }

    @Test func nothingATerminalWouldObeyIsPrinted() {
        var world = World()
        world.overview.events = [event("registered", "x")]
        let driver = PlainDriver(world: world)
        driver.wait()
        driver.world.overview.events.insert(event("registered", "\u{1b}[2J\u{7}\n\u{202e}@h"), at: 0)
        driver.wait()
        driver.type("view bindings 100", "view attempts 100", "view log", "view audit", "view security")
        for line in driver.lines {
            #expect(
                line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f && $0 != "\u{202e}" }
            )
        }
        #expect(driver.lines.contains { $0.contains("\\x1b[2J\\x07\\x0a") })
    }

    @Test func aLostLinkIsToldAndTheWayBack() {
        let driver = PlainDriver()
        driver.type("evict 4417@example.test")
        let lost = driver.printed { $0.input(.link(.lost("the registrar has gone"))) }
        #expect(lost.first?.contains("the registrar has gone") == true)
        #expect(lost.contains("the command is dropped: evict"))
        #expect(driver.printed { $0.input(.link(.lost("still"))) }.isEmpty)
        let back = driver.printed { $0.input(.link(.welcome(Samples.welcome()))) }
        #expect(back.first?.hasSuffix("the link is back: the registrar goes on") == true)
        #expect(driver.printed { $0.type("yes") }.first?.hasPrefix("there is no command yes") == true)
        #expect(driver.performed.isEmpty)
    }

    @Test func changesCanBePaused() {
        let driver = PlainDriver()
        driver.wait()
        driver.type("pause")
        let lines = driver.printed { driver in
            driver.world.attempts.append(failed(200))
            driver.world.overview.events.insert(event("expired", "9001@example.test"), at: 0)
            driver.wait(2)
        }
        #expect(lines.isEmpty)
        driver.type("pause")
        #expect(!driver.printed { $0.wait(2) }.contains { $0.contains("expired") })
    }
}
