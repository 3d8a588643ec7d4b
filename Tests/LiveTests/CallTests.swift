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

    /// A phone that is registered as alice and answers calls until `body` is done.
    private func withPhone(_ transport: String, _ body: () throws -> Void) throws {
        let phone = Process()
        phone.executableURL = URL(fileURLWithPath: "/usr/bin/sipp")
        phone.arguments = words(
            [
                "-sf", "\(fixtures)/phone.xml", "-oocsf", "\(fixtures)/answer.xml", "-t", transport, "-s",
                "alice", "-au", "alice", "-ap", "secret", "-d", "15000",
            ] + ownPort(transport, 2)
        )
        phone.currentDirectoryURL = URL(fileURLWithPath: laboratory.path)
        phone.standardOutput = FileHandle.nullDevice
        phone.standardError = FileHandle.nullDevice
        try phone.run()
        defer {
            phone.terminate()
            phone.waitUntilExit()
        }
        for _ in 0..<100 {
            guard try regtop("list", "alice").status != 0 else { return try body() }
            usleep(50_000)
        }
        Issue.record("the phone has not registered")
    }

    private func call(_ transport: String) throws -> Outcome {
        try sipp(
            [
                "-sf", "\(fixtures)/call.xml", "-t", transport, "-s", "alice", "-key", "caller", "bob", "-au",
                "bob", "-ap", "secret",
            ] + ownPort(transport, 3)
        )
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
        try withPhone(phone) {
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
}
