import Foundation
import Glibc
import Testing

/// What was acknowledged is there after whatever happened: the process killed at any moment, the disk full, a write
/// refused. `REGTOP_CRASHES` says how often the process is killed.
@Suite("Nothing acknowledged is lost", .serialized)
struct CrashTests {
    private let laboratory: Laboratory

    init() throws { laboratory = try Laboratory() }

    private var state: String { "\(laboratory.path)/durable" }
    private var log: String { "\(laboratory.path)/serve.log" }

    /// Arguments that serve `sip.test` for anybody from a state directory.
    private func service(state: String, config: String = "") throws -> [String] {
        let file = "\(laboratory.path)/regtop.yaml"
        // What is asked for is what is granted, so that a request without an answer can be told from another.
        let text = "domains: {sip.test: {expires: {jitter: 0}}}\n" + config
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return [
            "--state", state, "--config", file, "--open", "--domain", "sip.test", "--listen",
            "udp:127.0.0.1:\(laboratory.port)",
        ]
    }

    /// What the program has said last, for a test that failed.
    private var lastWords: String {
        String(((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").suffix(2_000))
    }

    private func phones(users: Int = 20, seed: UInt64) throws -> PlainPhones {
        try PlainPhones(port: laboratory.port, users: users, contacts: 2, seed: seed)
    }

    private func expectNoComplaints(_ phones: PlainPhones) {
        #expect(
            phones.complaints.isEmpty,
            "\(phones.complaints.prefix(20).joined(separator: "\n"))\n\(lastWords)"
        )
    }

    /// The rows of a state directory's database, as `PlainPhones.compare(rows:)` wants them.
    private func rows(in state: String) throws -> [String] {
        let query = """
            SELECT aor || '|' || contact || parameters || '|' || granted || '|' || call_id || ' ' || cseq FROM binding
            """
        let done = try Command.run("/usr/bin/sqlite3", ["-readonly", "\(state)/regtop.db", query])
        #expect(done.status == 0, "\(done.error)")
        return done.output.split(separator: "\n").map(String.init)
    }

    @Test(
        "Killed at any moment, again and again: what was acknowledged is there, what is stored was asked for",
        .enabled(if: has("sqlite3"))
    )
    func kills() throws {
        let wanted = ProcessInfo.processInfo.environment["REGTOP_CRASHES"].flatMap { Int($0) } ?? 200
        let seed = UInt64.random(in: 0...UInt64(UInt32.max))
        let phones = try phones(seed: seed)
        let arguments = try service(state: state)
        // Longer than it takes on two slow cores; a machine that is slower still kills less often.
        let end = PlainPhones.now + max(170, Double(wanted) * 0.85)
        var kills = 0
        while kills < wanted, PlainPhones.now < end, phones.complaints.isEmpty {
            let server = try ServingProcess(arguments, log: log)
            kills += 1
            // Now and then it doesn't even get to its feet.
            if phones.chance(10) == 0 {
                usleep(UInt32(phones.chance(200_000)))
                server.end(SIGKILL)
                phones.hangUp()
                continue
            }
            guard phones.isAnswered(within: 20, while: { server.isAlive }) else {
                Issue.record("kill \(kills), seed \(seed): it does not start\n\(lastWords)")
                return
            }
            phones.verify("kill \(kills), seed \(seed)")
            if kills % 20 == 0 { phones.compare(rows: try rows(in: state), "kill \(kills), seed \(seed)") }
            phones.load(seconds: 0.005 + Double(phones.chance(60_000)) / 1e6)
            server.end(SIGKILL)
            phones.hangUp()
        }
        let server = try ServingProcess(arguments, log: log)
        #expect(phones.isAnswered(within: 20, while: { server.isAlive }))
        phones.verify("at the end, seed \(seed)")
        phones.compare(rows: try rows(in: state), "at the end, seed \(seed)")
        expectNoComplaints(phones)
        #expect(phones.acknowledged > kills * 10 && phones.bound > 0 && phones.carriedOut + phones.lost > 0)
        #expect(kills >= wanted || PlainPhones.now >= end)
        print(
            "\(kills) kills, \(phones.acknowledged) acknowledged, \(phones.bound) bound at the end; unanswered requests:"
                + " \(phones.carriedOut) carried out, \(phones.lost) not"
        )
    }

    /// What is common to a disk that takes nothing any more: `stop` makes it so, `heal` undoes it.
    private func trouble(
        _ server: () throws -> ServingProcess,
        state: String,
        stop: (ServingProcess) throws -> Void,
        heal: (ServingProcess) throws -> Void,
    ) throws {
        let seed = UInt64.random(in: 0...UInt64(UInt32.max))
        let phones = try phones(users: 8, seed: seed)
        var process = try server()
        try #require(phones.isAnswered(within: 20, while: { process.isAlive }), "\(lastWords)")
        phones.load(seconds: 0.3)
        try stop(process)
        phones.load(seconds: 2)
        phones.verify("in trouble, seed \(seed)")
        #expect(phones.statuses[500, default: 0] > 0 && phones.rude == 0, "\(phones.statuses) \(lastWords)")
        #expect(phones.register(user: 0, seconds: 700) == 500)
        #expect(process.isAlive, "\(lastWords)")
        try heal(process)
        let end = PlainPhones.now + 15
        while phones.register(user: 1, seconds: 800) != 200, PlainPhones.now < end { usleep(100_000) }
        #expect(phones.register(user: 2, seconds: 900) == 200, "\(lastWords)")
        phones.load(seconds: 0.3)
        process.end(SIGKILL)
        phones.hangUp()
        process = try server()
        try #require(phones.isAnswered(within: 20, while: { process.isAlive }), "\(lastWords)")
        phones.verify("healed and killed, seed \(seed)")
        expectNoComplaints(phones)
        process.end(SIGTERM)
    }

    @Test(
        "A full disk: refused with 500 and Retry-After, nothing lost, and it goes on when there is room",
        .enabled(if: Namespace.isAvailable)
    )
    func fullDisk() throws {
        let room = try Namespace(mounting: "\(laboratory.path)/small", megabytes: 16)
        let arguments = try service(state: "\(laboratory.path)/small/state")
        // The disk is filled from outside, through the namespace of a process in it.
        let filler = "\(room.root)\(laboratory.path)/small/filler"
        try trouble(
            { try ServingProcess(arguments, behind: room.entering, log: log) },
            state: "\(laboratory.path)/small/state",
            stop: { _ in _ = try Command.run("/bin/dd", ["if=/dev/zero", "of=\(filler)", "bs=4k"]) },
            heal: { _ in unlink(filler) }
        )
    }

    @Test(
        "A write that fails: refused with 500 and Retry-After, nothing lost, and it goes on when it can",
        .enabled(if: has("prlimit"))
    )
    func failedWrite() throws {
        let arguments = try service(state: state)
        func limit(_ process: ServingProcess, _ bytes: String) throws {
            let done = try Command.run(
                "/usr/bin/prlimit",
                ["--pid", "\(process.process)", "--fsize=\(bytes):unlimited"]
            )
            #expect(done.status == 0, "\(done.error)")
        }
        try trouble(
            { try ServingProcess(arguments, log: log) },
            state: state,
            // No file may grow beyond a page: whatever is to be written fails with EFBIG.
            stop: { try limit($0, "4096") },
            heal: { try limit($0, "unlimited") }
        )
    }

    @Test("With durability power, the disk has synced before each 200 leaves", .enabled(if: has("strace")))
    func power() throws {
        let trace = "\(laboratory.path)/trace"
        let calls = "trace=fsync,fdatasync,sendmmsg,sendmsg,sendto"
        // Detached, so that the process that is started and ended is the program itself.
        let strace = ["/usr/bin/strace", "-D", "-f", "-s", "24", "-e", calls, "-o", trace]
        let arguments = try service(state: state, config: "store: {durability: power}\n")
        let server = try ServingProcess(arguments, behind: strace, log: log)
        let phones = try phones(users: 5, seed: 1)
        try #require(phones.isAnswered(within: 30, while: { server.isAlive }), "\(lastWords)")
        let registrations = 20
        for round in 0..<registrations {
            #expect(phones.register(user: round % 5, seconds: 600 + round) == 200)
        }
        server.end(SIGTERM)
        var lines: [String] = []
        let end = PlainPhones.now + 5
        while !(lines.last?.contains("+++ ") ?? false), PlainPhones.now < end {
            usleep(10_000)
            lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n").map(String.init)
        }
        // A call that another thread interrupts stands on two lines: a sync counts when it has ended.
        let answers = lines.indices.filter { lines[$0].contains("send") && lines[$0].contains("SIP/2.0 200") }
        let syncs = lines.indices.filter { lines[$0].contains("sync") && lines[$0].hasSuffix("= 0") }
        // The one before the first of them answered a query, which changes nothing and waits for nothing.
        try #require(answers.count > registrations)
        for (before, answer) in zip(answers.suffix(registrations + 1), answers.suffix(registrations)) {
            let isSynced = syncs.contains { $0 > before && $0 < answer }
            #expect(isSynced, "a 200 left before its sync: \(lines[before...answer].joined(separator: "\n"))")
        }
    }
}

/// A mount namespace with a small file system in it that vanishes with the process that holds it.
private final class Namespace {
    private let holder: pid_t

    /// The machine lets us make one.
    static var isAvailable: Bool {
        let words = [
            "-m", "--propagation", "private", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt",
        ]
        let done = try? Command.run("/usr/bin/unshare", words)
        return done?.status == 0 && Command.find("nsenter") != nil
    }

    init(mounting path: String, megabytes: Int) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let script =
            "mount -t tmpfs -o size=\(megabytes)m,mode=700 tmpfs \"$0\" && touch \"$0/ready\" && exec sleep 600"
        let words = ["/usr/bin/unshare", "-m", "--propagation", "private", "/bin/sh", "-c", script, path]
        var list = words.map { strdup($0) } + [nil]
        defer { for text in list { free(text) } }
        var process: pid_t = 0
        guard posix_spawn(&process, words[0], nil, nil, &list, environ) == 0 else {
            throw CocoaError(.executableLoad)
        }
        holder = process
        let end = PlainPhones.now + 5
        while access("\(root)\(path)/ready", F_OK) != 0, PlainPhones.now < end { usleep(5_000) }
    }

    deinit {
        kill(holder, SIGKILL)
        waitpid(holder, nil, 0)
    }

    /// The file system as it is seen from inside.
    var root: String { "/proc/\(holder)/root" }

    /// What goes before a command that is to run in it.
    var entering: [String] { ["/usr/bin/nsenter", "-t", "\(holder)", "-m"] }
}
