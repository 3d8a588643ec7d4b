import BindingTable
import Cells
import Console
import ConsoleLink
import Foundation
import Monitor
import SIPMessage
import Synchronization
import Testing
import Timing

@testable import Host

/// What a console's operator orders, as files.
@Suite("Files of a console")
struct SaveRunTests {
    /// A directory that is there while it is needed.
    private final class Place {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("save-\(UUID())")
        init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(at: url) }
        func path(_ name: String) -> String { url.appendingPathComponent(name).path }
        func text(_ name: String) throws -> String {
            String(decoding: try Data(contentsOf: url.appendingPathComponent(name)), as: UTF8.self)
        }
        var names: [String] {
            get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
        }
    }

    private static func save(
        _ content: SaveOrder.Content,
        _ format: SaveOrder.Format,
        _ path: String,
        isRedacted: Bool = true,
        mayReplace: Bool = false,
        isStopped: @escaping @Sendable () -> Bool = { false },
        in world: ScriptWorld,
    ) -> SaveReport {
        var order = SaveOrder(
            number: 1,
            content: content,
            format: format,
            isRedacted: isRedacted,
            file: path
        )
        order.mayReplace = mayReplace
        return SaveRun(order: order, isStopped: isStopped) { _ in }.run { () throws(HostError) in world }
    }

    private static func world() throws -> ScriptWorld {
        let world = try ScriptWorld()
        for user in ["carol", "alice", "bob"] {
            world.register(user)
            world.now = world.now + .seconds(1)
        }
        return world
    }

    @Test("A list in its order, with the columns of the screen in text and all fields else")
    func bindings() throws {
        let (place, world) = (try Place(), try Self.world())
        let order = BindingOrder(column: .aor, descending: true)
        let content = SaveOrder.Content.bindings(filter: "", order: order, fields: ["aor", "source"])
        let report = Self.save(content, .text, place.path("a.txt"), in: world)
        let text = try place.text("a.txt")
        #expect(
            report == .done(rows: 3, bytes: text.utf8.count, path: place.path("a.txt")),
            "\(report)"
        )
        let lines = text.split(separator: "\n")
        #expect(lines.count == 4 && lines[0].hasPrefix("AOR") && !lines[0].contains("EXPIRES"))
        #expect(lines[1].hasPrefix("carol@") && lines[3].hasPrefix("alice@"))
        _ = Self.save(content, .csv, place.path("a.csv"), in: world)
        #expect(try place.text("a.csv").split(separator: "\n")[0].contains("call_id"))
        #expect(try place.names == ["a.csv", "a.txt"])
        var facts = stat()
        #expect(stat(place.path("a.csv"), &facts) == 0 && facts.st_mode & 0o777 == 0o600)
    }

    /// A login that fails, a block, and a line of the log and of the audit trail.
    private static func fill(_ world: ScriptWorld) throws {
        world.register("dave", expires: 5)
        // An attempt has failed when its phone does not try again.
        world.now = world.now + .seconds(60)
        let subject = BlockSubject.aor(Array("4417@example.com".utf8))
        let block = OperatorCommand(verb: .block([subject], for: nil), reason: "", by: world.welcome.you)
        _ = try world.ask { .perform(block, serial: $0) }
        world.monitor.receive(
            .notice(Notice(at: world.now, level: .info, text: "the disk is full")),
            at: world.now
        )
        let record = AuditRecord(
            at: world.clock.wall,
            by: world.welcome.you,
            action: "evict",
            object: "4417@example.com",
            result: "to be evicted",
            reason: ""
        )
        world.monitor.receive(.audit(record), at: world.now)
    }

    private static let entry = HistoryEntry(
        number: 1,
        at: WallTime(secondsSince1970: 1_000),
        cause: .registered,
        binding: LifeRecord(
            id: BindingID(rawValue: 7),
            aor: Array("alice@example.com".utf8),
            contact: Array("sip:alice@10.0.0.1\u{1b}[2J".utf8),
            userAgent: [],
            source: Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 5_060),
            transport: .udp,
            createdAt: WallTime(secondsSince1970: 1_000),
            refreshedAt: WallTime(secondsSince1970: 1_000),
            expiresAt: WallTime(secondsSince1970: 1_600),
            refreshes: 0,
            usualGap: 0,
            gapDeviation: 0
        )
    )

    @Test("Every content in every format that goes with it has rows, and nothing fails")
    func everything() throws {
        let (place, world) = (try Place(), try Self.world())
        guard
            case .bindings(let rows) = try world.window(
                WindowQuery(subject: .bindings(filter: nil, order: BindingOrder()), height: 10)
            ).content
        else {
            Issue.record("no bindings")
            return
        }
        try Self.fill(world)
        let formats: [SaveOrder.Format] = [.text, .csv, .json]
        let all: [(SaveOrder.Content, [SaveOrder.Format], String)] = [
            (.screen(["one", "t\u{1b}wo"]), [.text], "t"),
            (.marked(rows, fields: ["aor"]), formats, "alice@example.com"),
            (.binding(rows[0].binding.facts.id), [.text, .json], "alice@example.com"),
            (.attempts(filter: "", failuresOnly: false), SaveOrder.Format.allCases, "alice@example.com"),
            (.attempt(AttemptID(rawValue: 2)), SaveOrder.Format.allCases, "alice@example.com"),
            (.overview, formats, "bindings"),
            (.security(.source, filter: nil), formats, "10.0.0.1"),
            (.devices(.agent, filter: nil), formats, "Testphone/1"),
            (.log(filter: nil, level: .info), formats, "disk"), (.audit(filter: nil), formats, "evict"),
            (.blocks(filter: nil), formats, "aor:4417@example.com"),
            (.history([Self.entry]), formats, "alice@example.com"),
        ]
        for (number, (content, formats, word)) in all.enumerated() {
            for format in formats {
                let name = "\(number).\(format.rawValue)"
                let report = Self.save(content, format, place.path(name), in: world)
                guard case .done(let rows, let bytes, _) = report else {
                    Issue.record("\(name): \(report)")
                    continue
                }
                #expect(bytes > 0 && (rows > 0 || number == 0), "\(name)")
                let text = try place.text(name)
                #expect(text.contains(word), "\(name)")
                #expect(format == .packets || !text.unicodeScalars.contains("\u{1b}"), "\(name)")
            }
        }
        #expect(
            Self.save(.blocks(filter: nil), .text, place.path("none"), in: try Self.world())
                == .failed("there is no row to write")
        )
        #expect(
            Self.save(.history([]), .text, place.path("none"), in: world)
                == .failed("there is no line to write")
        )
        #expect(
            Self.save(
                .log(filter: Filter(containing: "x", for: .log), level: .info),
                .text,
                place.path("none"),
                in: world
            )
                == .failed("there is no row to write")
        )
        #expect(try !place.names.contains("none"))
    }

    @Test("One attempt in text tells why, and its messages without their secrets")
    func attempt() throws {
        let (place, world) = (try Place(), try ScriptWorld())
        world.register("alice", agent: Array("Phone\r\nAuthorization: Digest response=\"s3cret\"".utf8))
        let id = AttemptID(rawValue: 1)
        _ = Self.save(.attempt(id), .text, place.path("a"), in: world)
        let text = try place.text("a")
        #expect(text.contains("    REGISTER sip:example.com SIP/2.0\n"))
        #expect(text.contains("response=\"xxxxxx\"") && text.contains("    SIP/2.0 "))
        #expect(!text.contains("s3cret"))
        _ = Self.save(.attempt(id), .text, place.path("b"), isRedacted: false, in: world)
        #expect(try place.text("b").contains("response=\"s3cret\""))
    }

    @Test("A log of many lines is written whole, window by window")
    func lines() throws {
        let (place, world) = (try Place(), try ScriptWorld())
        for number in 1...1_000 {
            world.monitor.receive(
                .notice(Notice(at: world.now, level: .info, text: "line <\(number)>")),
                at: world.now
            )
        }
        let report = Self.save(
            .log(filter: Filter(containing: "line", for: .log), level: .info),
            .csv,
            place.path("log"),
            in: world
        )
        guard case .done(let rows, _, _) = report else {
            Issue.record("\(report)")
            return
        }
        #expect(rows == 1_000)
        let text = try place.text("log")
        for number in 1...1_000 { #expect(text.contains("<\(number)>")) }
    }

    @Test("A file that is there is asked about, and replaced only then")
    func exists() throws {
        let (place, world) = (try Place(), try Self.world())
        let path = place.path("a")
        try Data("mine".utf8).write(to: place.url.appendingPathComponent("a"))
        #expect(Self.save(.screen(["x"]), .text, path, in: world) == .exists(path: path))
        #expect(try place.text("a") == "mine")
        #expect(
            Self.save(.screen(["x"]), .text, path, mayReplace: true, in: world)
                == .done(rows: 0, bytes: 2, path: path)
        )
        #expect(try place.text("a") == "x\n")
    }

    @Test("One that appears while it is written is not replaced either")
    func race() throws {
        let (place, world) = (try Place(), try Self.world())
        let path = place.path("a")
        world.beforeAnswer = { _ in try? Data("theirs".utf8).write(to: URL(fileURLWithPath: path)) }
        let report = Self.save(.overview, .text, path, in: world)
        #expect(report == .exists(path: path))
        #expect(try place.text("a") == "theirs" && place.names == ["a"])
    }

    @Test("A place where no file can be is said in a sentence")
    func places() throws {
        let (place, world) = (try Place(), try Self.world())
        #expect(
            Self.save(.overview, .text, place.url.path, in: world)
                == .failed("\(place.url.path) is no ordinary file: name another")
        )
        guard case .failed(let why) = Self.save(.overview, .text, place.path("no/where"), in: world) else {
            Issue.record("saved")
            return
        }
        #expect(why.hasPrefix("\(place.path("no/where")) can't be written: No such file"))
        #expect(SavePlace.path("~/x", home: "/home/kl") == "/home/kl/x")
        #expect(SavePlace.path("/x", home: nil) == "/x")
        #expect(SavePlace.path("x", home: nil).hasPrefix("/"))
    }

    @Test("What is stopped leaves nothing behind")
    func stopped() throws {
        let (place, world) = (try Place(), try Self.world())
        let report = Self.save(.overview, .text, place.path("a"), isStopped: { true }, in: world)
        #expect(report == .failed("stopped; no file was made"))
        #expect(try place.names.isEmpty)
    }

    @Test(
        "Wireshark finds nothing wrong with what is saved",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/tshark"), "no tshark here")
    )
    func dissected() throws {
        let (place, world) = (try Place(), try Self.world())
        let path = place.path("a.pcapng")
        _ = Self.save(.attempts(filter: "", failuresOnly: false), .packets, path, in: world)
        func tshark(_ words: String...) throws -> [String] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/tshark")
            process.arguments =
                ["-r", path, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"] + words
            let pipe = Pipe()
            (process.standardOutput, process.standardError) = (pipe, FileHandle.nullDevice)
            try process.run()
            let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        }
        let methods = try tshark("-Y", "sip", "-T", "fields", "-e", "sip.Method", "-e", "sip.Status-Code")
        #expect(methods.count == 6 && methods.filter { $0.hasPrefix("REGISTER") }.count == 3)
        // Notes and above; comments and chat are not counted as wrong.
        let wrong = try tshark(
            "-Y",
            "_ws.malformed or _ws.expert.severity >= 0x400000 or ip.checksum.status == 0 or udp.checksum.status == 0"
        )
        #expect(wrong == [])
    }
}
