import Foundation
import Glibc
import Testing

/// Calls through the program, between SIPp as a caller and SIPp as a phone whose Contact names a port that it does not
/// have.
@Suite("Calls", .serialized)
struct CallTests {
    private let laboratory: Laboratory
    private var fixtures: String { Fixtures.path("live") }

    init() throws {
        laboratory = try Laboratory()
        for user in ["alice", "bob"] { try laboratory.add(user: user, password: "secret") }
    }

    private var state: String { "\(laboratory.path)/state" }

    private func serve(_ mode: String) throws -> ServingProcess {
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        let arguments = ["--state", state, "--calls", mode] + laboratory.service
        let daemon = try ServingProcess(arguments, log: "\(laboratory.path)/log")
        for _ in 0..<200 where !FileManager.default.fileExists(atPath: "\(state)/control.sock") {
            usleep(50_000)
        }
        return daemon
    }

    private func regtop(_ arguments: String...) throws -> Outcome {
        try Program.run(arguments + ["--state", state])
    }

    private func words(_ arguments: [String]) -> [String] {
        [
            "127.0.0.1:\(laboratory.port)", "-i", "127.0.0.1", "-key", "domain", "sip.test", "-m", "1",
            "-nostdin", "-timeout", "20s", "-timeout_error",
        ] + arguments
    }

    private func sipp(_ arguments: [String]) throws -> Outcome {
        try Command.run(
            "/usr/bin/sipp",
            words(arguments),
            environment: ["TERM": "dumb"],
            folder: laboratory.path,
            seconds: 25
        )
    }

    /// What a phone does with calls, and the port that its Contact names: none of its own, so that it is found by where
    /// it sends from.
    private struct Phone {
        var scenario = "answer"
        var contactPort = 5_060
    }

    private func run(_ phone: Phone, _ transport: String, _ offset: UInt16) throws -> Process {
        try background(
            [
                "-sf", "\(fixtures)/phone.xml", "-oocsf", "\(fixtures)/\(phone.scenario).xml", "-t",
                transport,
                "-s", "alice", "-au", "alice", "-ap", "secret", "-d", "15000", "-key", "contact_port",
                "\(phone.contactPort)", "-trace_msg", "-message_file", messages(phone),
            ] + ownPort(transport, offset)
        )
    }

    /// What a phone has sent and received.
    private func messages(_ phone: Phone) -> String { "\(laboratory.path)/\(phone.scenario).messages" }

    private func background(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sipp")
        process.arguments = words(arguments)
        process.currentDirectoryURL = URL(fileURLWithPath: laboratory.path)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Phones that are registered as alice and take calls until `body` is done.
    private func withPhones(_ transport: String, _ phones: [Phone], _ body: () throws -> Void) throws {
        var running: [Process] = []
        defer {
            for process in running {
                // With a milder signal it would wait for its own call to end.
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
            }
        }
        for (index, phone) in phones.enumerated() {
            running.append(try run(phone, transport, UInt16(4 + index)))
        }
        for _ in 0..<100 {
            let listed = try regtop("list", "alice", "--json").output.split(separator: "\n")
            let count = listed.count { $0.contains("alice@sip.test") }
            guard count < phones.count else { return try body() }
            usleep(50_000)
        }
        Issue.record("the phones have not registered")
    }

    private func callWords(_ transport: String, milliseconds: Int) -> [String] {
        [
            "-sf", "\(fixtures)/call.xml", "-t", transport, "-s", "alice", "-key", "caller", "bob", "-au",
            "bob",
            "-ap", "secret", "-d", "\(milliseconds)",
        ] + ownPort(transport, 3)
    }

    private func call(_ transport: String) throws -> Outcome {
        try sipp(callWords(transport, milliseconds: 100))
    }

    /// Over UDP SIPp would take 5060 where it is free, which is what the phone only says.
    private func ownPort(_ transport: String, _ offset: UInt16) -> [String] {
        transport == "u1" ? ["-p", "\(laboratory.port + offset)"] : []
    }

    /// A counter of calls by its verdict.
    private func calls(_ verdict: String) throws -> Int {
        let line = try regtop("stats").output.split(separator: "\n").first {
            $0.hasPrefix("regtop_calls_total ") && $0.contains("verdict=\(verdict) ")
        }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? -1
    }

    @Test(
        "A phone on UDP and one on TCP are called over the way that they registered by, from UDP and TCP",
        .enabled(if: has("sipp")),
        arguments: ["u1", "t1"]
    )
    func throughTheProxy(phone: String) throws {
        let daemon = try serve("proxy")
        defer { daemon.end(SIGTERM) }
        try withPhones(phone, [Phone()]) {
            let route = try regtop("route", "alice@sip.test")
            #expect(route.status == 0, "\(route.output)\(route.error)")
            #expect(route.output.contains("INVITE sip:alice@127.0.0.1:5060"))
            #expect(!route.output.contains("-> 127.0.0.1:5060"))
            for caller in ["u1", "t1"] {
                let done = try call(caller)
                #expect(done.status == 0, "\(caller) to \(phone): \(done.output.suffix(2_000))\(done.error)")
            }
            #expect(try calls("answered") >= 2)
        }
    }

    @Test("Nobody registered: exit code 3 of `regtop route`, and a failed call", .enabled(if: has("sipp")))
    func nobody() throws {
        let daemon = try serve("proxy")
        defer { daemon.end(SIGTERM) }
        #expect(try regtop("route", "alice@sip.test").status == 3)
        #expect(try regtop("route", "stranger@sip.test").status == 3)
        #expect(try regtop("route", "nonsense").status == 2)
        #expect(try call("u1").status != 0)
        #expect(try calls("no-binding") == 1)
    }

    @Test(
        "A fork: the busy one does not spoil it, the one that answers has it, the one that rings is cancelled",
        .enabled(if: has("sipp"))
    )
    func fork() throws {
        let daemon = try serve("proxy")
        defer { daemon.end(SIGTERM) }
        let phones = ["busy", "ring", "answer"].enumerated().map {
            Phone(scenario: $0.element, contactPort: 5_060 + $0.offset)
        }
        try withPhones("u1", phones) {
            let done = try call("u1")
            #expect(done.status == 0, "\(done.output.suffix(2_000))\(done.error)")
            let told = try phones.map { try String(contentsOfFile: messages($0), encoding: .isoLatin1) }
            #expect(told[0].contains("486 Busy Here") && told[0].contains("\nACK sip:"))
            #expect(told[1].contains("\nCANCEL sip:") && told[1].contains("487 Request Terminated"))
            #expect(told[2].contains("\nBYE sip:") && !told[2].contains("CANCEL"))
            #expect(try calls("answered") == 1)
        }
    }

    @Test("Who hangs up while it rings is told 487, and the phone stops ringing", .enabled(if: has("sipp")))
    func cancelled() throws {
        let daemon = try serve("proxy")
        defer { daemon.end(SIGTERM) }
        try withPhones("u1", [Phone(scenario: "ring")]) {
            let done = try sipp(["-sf", "\(fixtures)/cancel.xml", "-s", "alice"] + ownPort("u1", 3))
            #expect(done.status == 0, "\(done.output.suffix(2_000))\(done.error)")
            #expect(try calls("cancelled") == 1)
        }
    }

    @Test(
        "A call outlives the program: it is killed and started again before the BYE",
        .enabled(if: has("sipp"))
    )
    func restart() throws {
        var daemon = try serve("proxy")
        defer { daemon.end(SIGTERM) }
        try withPhones("u1", [Phone()]) {
            let caller = try background(callWords("u1", milliseconds: 3_000))
            for _ in 0..<100 {
                guard try calls("answered") < 1 else { break }
                usleep(20_000)
            }
            #expect(try calls("answered") == 1)
            daemon.end(SIGKILL)
            daemon = try serve("proxy")
            caller.waitUntilExit()
            #expect(caller.terminationStatus == 0)
            let told = try String(contentsOfFile: messages(Phone()), encoding: .isoLatin1)
            #expect(told.contains("\nBYE sip:"))
        }
    }
}
