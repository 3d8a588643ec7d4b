import ArgumentParser
import BindingTable
import Console
import ConsoleLink
import Foundation
import Host
import Monitor
import SIPMessage
import Support
import Testing
import Timing

@testable import regtop

/// A registrar that holds some bindings, answers what scripts ask, and remembers what it was told to do.
private final class ToldRegistrar: RegistrarLink {
    let welcome: Welcome
    private let bindings: [Binding]
    private var serial: UInt64 = 0
    private(set) var performed: [OperatorCommand] = []

    init(_ bindings: [Binding]) {
        self.bindings = bindings
        welcome = Welcome(
            host: "sip1",
            listeners: [],
            startedAt: .zero,
            clock: ClockReading(timestamp: .zero, wall: WallTime(secondsSince1970: 1_790_000_000)),
            utcOffset: .zero,
            you: OperatorIdentity(user: "kl", from: "local", terminal: "-"),
            readOnlyBecause: nil,
            openDomains: []
        )
    }

    func ask(_ request: (UInt64) -> LinkRequest) throws(HostError) -> LinkUpdate {
        serial += 1
        switch request(serial) {
        case .query(let query, let serial): return .window(window(query), serial: serial)
        case .preview(let command, let serial): return .preview(outcome(command), serial: serial)
        case .perform(let command, let serial):
            performed.append(command)
            var outcome = outcome(command)
            outcome.id = CommandID(rawValue: 1)
            if let rate = command.rate { outcome.progress = ended(command, rate) }
            if case .abort = command.verb { outcome.progress = ended(command, 1) }
            return .outcome(outcome, serial: serial)
        case .acts(let serial): return .acts(ActList(at: .zero), serial: serial)
        default: return .lost("not asked here")
        }
    }

    private func ended(_ command: OperatorCommand, _ rate: Int) -> ActProgress {
        var progress = ActProgress(
            act: CommandID(rawValue: 1),
            verb: "evict",
            by: command.by,
            reason: command.reason,
            total: 1,
            rate: rate,
            startedAt: .zero
        )
        progress.state = .finished
        progress.counts.done = 1
        return progress
    }

    private func outcome(_ command: OperatorCommand) -> CommandOutcome {
        let targets = command.verb.targets ?? []
        return CommandOutcome(
            targets: targets.compactMap { target in
                bindings.first { $0.facts.id == target.id }.map { ($0, .done) }
            }
        )
    }

    private func row(_ binding: Binding) -> BindingRow {
        BindingRow(binding: binding, state: .ok, tries: 1, isFresh: false)
    }

    private func window(_ query: WindowQuery) -> Window {
        switch query.subject {
        case .binding(let id):
            guard let binding = bindings.first(where: { $0.facts.id == id }) else { break }
            let detail = BindingDetail(
                row: row(binding),
                siblings: [],
                position: 1,
                gaps: [],
                attempts: [],
                lastRequest: []
            )
            return Window(content: .binding(detail), matched: 1, total: 1, at: .zero)
        case .bindings:
            // The script keeps what is of the address of record that it means.
            return Window(
                content: .bindings(bindings.map(row)),
                matched: bindings.count,
                total: bindings.count,
                at: .zero
            )
        default: break
        }
        return Window(content: .blocks([]), at: .zero)
    }
}

private final class NoSink: ScriptSink {
    func write(_ bytes: [UInt8]) throws(HostError) {}
    func flush() throws(HostError) {}
    func finish() throws(HostError) {}
}

private struct Nodding: Questioner {
    var isThere: Bool { true }
    func answer(to question: String) -> String? {
        // "type 12 to evict them: " or "evict it? [y/N] "
        question.split(separator: " ").dropFirst().first { Int($0) != nil }.map(String.init) ?? "y"
    }
}

@Suite("The command line of an act does the same act")
struct ScriptLineTests {
    private static let reasons = [
        "", "stuck after move", "it's $HOME `id` \"quoted\" \\ !!", "-x", "--yes",
        "\u{1b}[31mred\n; rm -rf /",
        "Zoë ☎ \u{202e}txt", "a;b&c|d>e<f*g?h[i]{j}~k#l", "'", "''", " a  b ", "'\u{301};id;'",
    ]
    private static let users: [[UInt8]] = [
        Array("alice".utf8), Array("4417".utf8), Array("-x".utf8), Array("o'brien".utf8), Array("a b".utf8),
        Array("$(id)".utf8), Array("semi;colon".utf8), Array("quo\"te".utf8), [0x65, 0x1b, 0x5b, 0x33],
        [0xff, 0x41],
        Array("zoë".utf8), Array("100%".utf8),
    ]
    private static let filters = [
        "ua~zoiper exp<60", "-st:OK", "aor=\"o'brien@example.test\"", "(exp<60 or try>2)",
    ]
    private static let lengths: [Interval?] = [
        nil, .seconds(90), .seconds(600), .seconds(3_600), .seconds(86_400),
    ]

    private func binding(_ number: Int, _ user: [UInt8]) -> Binding {
        let path = ReceivedFrom(
            source: Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5_060),
            local: Endpoint(address: IPAddress(ipv4: 0xc000_0202), port: 5_060),
            transport: .udp,
            at: .zero
        )
        let facts = BindingFacts(
            id: BindingID(partition: number, generation: 1, slot: UInt32(number)),
            version: UInt32(number + 1),
            cseq: 1,
            createdAt: .zero,
            refreshedAt: .zero,
            expiresAt: .zero + .seconds(600),
            asked: nil,
            granted: 600,
            q: nil,
            path: path
        )
        let texts = BindingTexts(aor: user + Array("@example.test".utf8), contact: [], callID: [])
        return Binding(facts: facts, texts: texts)
    }

    /// The words that a real shell makes of each line.
    private func words(_ lines: [String]) throws -> [[String]] {
        let file = NSTemporaryDirectory() + "regtop-line-\(UUID().uuidString).sh"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let script =
            "regtop() { printf '%s\\0' \"$@\"; printf '\\n\\0'; }\n" + lines.joined(separator: "\n") + "\n"
        try Data(script.utf8).write(to: URL(fileURLWithPath: file))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [file]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        var found: [[String]] = [[]]
        for word in output.split(separator: 0, omittingEmptySubsequences: false).dropLast() {
            let text = String(decoding: word, as: UTF8.self)
            if text == "\n" { found.append([]) } else { found[found.count - 1].append(text) }
        }
        return found.dropLast()
    }

    /// What a command of the program has its registrar do.
    private func performed(_ words: [String], _ bindings: [Binding]) throws -> OperatorCommand? {
        let link = ToldRegistrar(bindings)
        let context = ScriptContext(
            link,
            output: NoSink(),
            pause: { _ in },
            remark: { _ in },
            isInterrupted: { false }
        )
        func operate(_ options: OperationOptions, _ act: OperationScript.Act) throws {
            var script = OperationScript(act)
            script.reason = options.reason
            try script.run(context)
        }
        let command = try Regtop.parseAsRoot(words)
        switch command {
        case let evict as EvictCommand: try evict.evict().run(context, asking: Nodding())
        case let expire as ExpireCommand:
            try expire.act.script(isEvict: false).run(context, asking: Nodding())
        case let block as BlockCommand: try operate(block.options, block.act())
        case let unblock as UnblockCommand: try operate(unblock.options, .unblock(unblock.subject))
        case let drain as DrainCommand: try operate(drain.options, drain.act())
        case let undo as UndoCommand: try operate(undo.options, undo.act())
        case let abort as AbortCommand: try operate(abort.options, .abort(abort.number))
        default: return nil
        }
        return link.performed.first
    }

    /// The same but for whose it is, and the order of its targets.
    private func isSame(_ a: OperatorCommand, _ b: OperatorCommand) -> Bool {
        func plain(_ command: OperatorCommand) -> OperatorCommand {
            var command = command
            command.by = OperatorIdentity(user: "", from: "", terminal: "")
            if let targets = command.verb.targets {
                command.verb = command.verb.onto(targets.sorted { $0.id.rawValue < $1.id.rawValue })
            }
            return command
        }
        return plain(a) == plain(b)
    }

    @Test("Any act, with any reason and any names, comes back out of shell and parser as it was")
    func roundTrip() throws {
        var random = SeededGenerator(seed: 11)
        var cases: [(line: String, command: OperatorCommand, bindings: [Binding])] = []
        for round in 0..<400 {
            let me = OperatorIdentity(user: "kl", from: "local", terminal: "-")
            var bindings: [Binding] = []
            var users: Set<[UInt8]> = []
            for _ in 0...random.below(14) { users.insert(random.pick(Self.users)) }
            for user in users.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                for _ in 0...random.below(2) { bindings.append(binding(bindings.count, user)) }
            }
            let targets = bindings.map { BindingTarget(id: $0.facts.id, version: $0.facts.version) }
            let subjects: [BlockSubject] =
                users.map { .aor($0 + Array("@example.test".utf8)) }
                + [
                    .source(IPAddress(ipv4: 0xc000_0207)),
                    .source(IPAddress(ipv6High: 0x2001_0db8 << 32, low: 7)),
                ]
            let length = random.pick(Self.lengths)
            let verb: OperatorVerb =
                switch round % 8 {
                case 0, 1: .evict(targets, refuseFor: length)
                case 2: .expire(targets)
                case 3:
                    .block(Array(subjects.shuffled(using: &random).prefix(1 + random.below(4))), for: length)
                case 4: .unblock(random.pick(subjects))
                case 5: random.below(2) == 0 ? .drain(true, for: length) : .drain(false, for: nil)
                case 6: .undo(CommandID(rawValue: random.next() >> 1))
                default: .abort(CommandID(rawValue: random.next() >> 1))
                }
            let rate = verb.targets != nil && random.below(2) == 0 ? 1 + random.below(10_000) : nil
            let command = OperatorCommand(verb: verb, reason: random.pick(Self.reasons), by: me, rate: rate)
            // Half of the acts leave another binding of an address of record: then bindings are named, not addresses.
            let losing = verb.targets != nil && random.below(2) == 0 ? users.count : 0
            let line = ScriptLine(command, on: verb.targets == nil ? [] : bindings, unreachable: losing)
            cases.append((line.text, command, bindings))
        }
        let all = try words(cases.map(\.line))
        #expect(all.count == cases.count)
        for (words, known) in zip(all, cases) {
            let command = try performed(words, known.bindings)
            #expect(command.map { isSame($0, known.command) } == true, "\(known.line)")
        }
    }

    @Test("A filter comes back as it was typed")
    func filters() throws {
        let me = OperatorIdentity(user: "kl", from: "local", terminal: "-")
        let command = OperatorCommand(
            verb: .evict([], refuseFor: .seconds(60)),
            reason: "it's",
            by: me,
            rate: 50
        )
        let lines = Self.filters.map { ScriptLine(command, matching: $0).text }
        let all = try words(lines)
        #expect(all.count == Self.filters.count)
        for (words, filter) in zip(all, Self.filters) {
            let script = try #require(try Regtop.parseAsRoot(words) as? EvictCommand).evict()
            #expect(script.filter == filter && script.reason == "it's" && script.rate == 50, "\(words)")
            #expect(script.refuseFor == .seconds(60) && !script.isConfirmed && script.names.isEmpty)
        }
    }

    @Test("Nothing that a stranger sends can steer a terminal or end the line")
    func plain() {
        let me = OperatorIdentity(user: "kl", from: "local", terminal: "-")
        for reason in Self.reasons {
            for user in Self.users {
                let subject = BlockSubject.aor(user + Array("@example.test".utf8))
                let line = ScriptLine(
                    OperatorCommand(verb: .block([subject], for: nil), reason: reason, by: me)
                )
                let isPlain = line.text.unicodeScalars.allSatisfy { scalar in
                    scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value)
                        && !(0x202a...0x202e).contains(scalar.value)
                }
                #expect(isPlain, "\(line.text)")
            }
        }
    }
}
