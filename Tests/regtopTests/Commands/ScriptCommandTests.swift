import ArgumentParser
import Foundation
import Host
import Testing

@testable import regtop

@Suite("Commands over the control socket")
struct ScriptCommandTests {
    private func parse<Command: ParsableCommand>(_ words: String..., as type: Command.Type) throws -> Command
    {
        try #require(try Regtop.parseAsRoot(words) as? Command)
    }

    @Test("Words of a filter are one filter; columns, order and limit are taken over")
    func list() throws {
        let script = try parse(
            "list",
            "exp<60",
            "ua~zoiper",
            "--sort",
            "expires_in",
            "-r",
            "--columns",
            "aor,tp",
            "-n",
            "5",
            "--json",
            as: ListCommand.self
        ).list()
        #expect(script.filter == "exp<60 ua~zoiper" && script.sort == "expires_in" && script.isReverse)
        #expect(script.columns == ["aor", "tp"] && script.limit == 5 && script.format == .json)
        #expect(try parse("list", as: ListCommand.self).list().format == .text)
        #expect(try parse("export", as: ExportCommand.self).export().format == .json)
        #expect(
            try parse("list", "--columns", "all", as: ListCommand.self).list().columns?.contains("version")
                == true
        )
    }

    @Test("--pcap exports the messages of attempts, and goes with nothing that is about bindings")
    func packets() throws {
        let script = try #require(
            try parse(
                "export",
                "result:PASSWD",
                "--pcap",
                "-",
                "--redact",
                "--failures",
                "--newest",
                "5",
                as: ExportCommand.self
            ).messages()
        )
        #expect(script.filter == "result:PASSWD" && script.isRedacted && script.failuresOnly)
        #expect(script.newest == 5)
        #expect(try parse("export", "exp<60", as: ExportCommand.self).messages() == nil)
        let mistakes: [[String]] = [
            ["--pcap", "x", "--json"], ["--pcap", "x", "-o", "y"], ["--pcap", "x", "--at", "15m"],
            ["--redact"], ["--failures"], ["--newest", "3"], ["--pcap", ""],
            ["--pcap", "x", "--newest", "0"],
        ]
        for words in mistakes {
            let command = try #require(try Regtop.parseAsRoot(["export"] + words) as? ExportCommand)
            let error = #expect(throws: HostError.self, "\(words)") { _ = try command.messages() }
            #expect(error?.exitCode == 2, "\(words)")
        }
    }

    @Test("What makes no sense is a mistake in usage")
    func mistakes() {
        func code(_ body: () throws -> Void) -> Int32? {
            do { try body() } catch let error as HostError { return error.exitCode } catch { return -1 }
            return nil
        }
        #expect(code { _ = try parse("list", "--json", "--csv", as: ListCommand.self).list() } == 2)
        #expect(code { _ = try parse("list", "-n", "0", as: ListCommand.self).list() } == 2)
        #expect(code { _ = try parse("list", "--at", "soon", as: ListCommand.self).list() } == 2)
        #expect(code { _ = try parse("evict", as: EvictCommand.self).evict() } == 2)
        #expect(code { _ = try parse("evict", "a@b", "--filter", "c", as: EvictCommand.self).evict() } == 2)
        #expect(code { _ = try parse("evict", "a@b", "--block", "long", as: EvictCommand.self).evict() } == 2)
        #expect(code { _ = try parse("drain", "off", "--for", "1h", as: DrainCommand.self).act() } == 2)
        #expect(
            code { _ = try parse("history", "a@b", "--since", "x", as: HistoryCommand.self).history() } == 2
        )
        #expect(code { _ = try parse("undo", "3", "--yes", as: UndoCommand.self).act() } == 2)
        #expect(code { _ = try parse("evict", "a@b", "--rate", "0", as: EvictCommand.self).evict() } == 2)
        #expect(
            code {
                _ = try parse("expire", "a@b", "--rate", "10001", as: ExpireCommand.self).act.script(
                    isEvict: false
                )
            } == 2
        )
        #expect(throws: (any Error).self) { try Regtop.parseAsRoot(["undo", "three"]) }
        #expect(throws: (any Error).self) { try Regtop.parseAsRoot(["drain", "maybe"]) }
    }

    @Test("An act knows its targets, reason and block")
    func evict() throws {
        let script = try parse(
            "evict",
            "a@b.test",
            "--block",
            "15m",
            "--reason",
            "moved",
            "--yes",
            "--dry-run",
            as: EvictCommand.self
        ).evict()
        #expect(script.names == ["a@b.test"] && script.reason == "moved")
        #expect(script.isConfirmed && script.isDryRun && script.refuseFor != nil)
    }

    @Test("The socket is where the flag, the environment or the settings file say, in this order")
    func directory() throws {
        let folder = NSTemporaryDirectory() + "regtop-script-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = "\(folder)/regtop.yaml"
        try Data("state: here\n".utf8).write(to: URL(fileURLWithPath: file))
        let flags = try parse("list", "--state", "/flag", "--config", file, as: ListCommand.self)
        #expect(try flags.registrar.directory(environment: ["REGTOP_STATE": "/variable"]).path == "/flag")
        let named = try parse("list", "--config", file, as: ListCommand.self)
        #expect(try named.registrar.directory(environment: ["REGTOP_STATE": "/variable"]).path == "/variable")
        #expect(try named.registrar.directory(environment: [:]).path == "\(folder)/here")
        let plain = try parse("list", as: ListCommand.self)
        #expect(
            try plain.registrar.directory(environment: ["XDG_STATE_HOME": "/s", "XDG_CONFIG_HOME": folder])
                .path
                == "/s/regtop"
        )
        let missing = try parse("list", "--config", "/nonexistent.yaml", as: ListCommand.self)
        #expect(throws: HostError.self) { try missing.registrar.directory(environment: [:]) }
    }

    @Test("Where no registrar runs, it is 75")
    func nobody() throws {
        let command = try parse("list", "--state", "/nonexistent", as: ListCommand.self)
        let error = #expect(throws: HostError.self) {
            _ = try ScriptConnection.open(command.registrar.directory(environment: [:]))
        }
        #expect(error?.exitCode == 75)
    }

    @Test("--batch prints a view so often and in a format that are known")
    func batch() throws {
        let command = try parse(
            "--batch",
            "-n",
            "2",
            "-d",
            "5s",
            "--view",
            "attempts",
            "--format",
            "csv",
            as: ConsoleCommand.self
        )
        let script = try command.batch.script(command.screen)
        #expect(script.count == 2 && script.view == .attempts && script.format == .csv)
        var audit = command.screen
        audit.view = "audit"
        #expect(throws: HostError.self) { try command.batch.script(audit) }
        var past = command.screen
        past.at = "-1m"
        #expect(throws: HostError.self) { try command.batch.script(past) }
    }
}
