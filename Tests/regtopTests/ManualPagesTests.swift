import ArgumentParser
import Cells
import Foundation
import Host
import Testing

@testable import regtop

@Suite("Manual pages")
struct ManualPagesTests {
    /// A command as `--experimental-dump-help` tells of it.
    private struct Command: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }
            var names: [Name]?
            var shouldDisplay: Bool
        }
        var commandName: String
        var superCommands: [String]?
        var arguments: [Argument]?
        var subcommands: [Command]?
    }

    private struct Dump: Decodable {
        var command: Command
    }

    private func commands() throws -> [Command] {
        let dump = try JSONDecoder().decode(Dump.self, from: Data(Regtop._dumpHelp().utf8))
        func all(_ command: Command) -> [Command] { [command] + (command.subcommands ?? []).flatMap(all) }
        return all(dump.command).filter { $0.commandName != "help" }
    }

    @Test("regtop(1) has every command, and every option of each")
    func program() throws {
        let page = ManualPages.program
        let commands = try commands()
        #expect(commands.count > 10)
        for command in commands.dropFirst() {
            // Of `regtop account add`: what stands behind the program's name.
            let path = (command.superCommands ?? []).dropFirst() + [command.commandName]
            let macro = path.map { "Cm \($0)" }.joined(separator: " ")
            let isThere = page.contains(".It \(macro)\n") || page.contains(".It \(macro) ")
            let isParent = !(command.subcommands ?? []).isEmpty
            #expect(isThere || isParent && page.contains(".It \(macro) Cm "), "no .It \(macro)")
        }
        var options: Set<String> = []
        for argument in commands.flatMap({ $0.arguments ?? [] }) where argument.shouldDisplay {
            for name in argument.names ?? [] {
                options.insert(name.kind == "long" ? "-\(name.name)" : name.name)
            }
        }
        #expect(options.contains("-listen"))
        for option in options.subtracting(["h"]) {
            let isThere = [" ", "\n"].contains { page.contains("Fl \(option)\($0)") }
            #expect(isThere, "no Fl \(option)")
        }
    }

    @Test("regtop(1) has every variable of the environment, exit code and file")
    func surroundings() {
        for name in [
            "CONFIG", "LISTEN", "DOMAIN", "ACCOUNTS", "STATE", "METRICS", "THEME", "OPEN", "READ_ONLY",
            "ASCII", "CALLS",
        ] {
            #expect(ManualPages.program.contains("REGTOP_\(name)"), "REGTOP_\(name)")
        }
        for code in [0, 1, 2, 3, 4, 69, 75, 129, 130] {
            #expect(ManualPages.program.contains(".It \(code)\n"))
        }
        let state = StateDirectory(path: "/s")
        for file in [state.database, state.socket, state.audit, state.lock] {
            #expect(ManualPages.program.contains(".It Pa \(file.dropFirst(3))\n"))
        }
        for view in ScreenSettings.views { #expect(ManualPages.program.contains(view)) }
    }

    /// What the reader of settings says of a text that is wrong.
    private func problem(_ text: String) -> String {
        var settings = Settings()
        do throws(HostError) {
            try SettingsFile.apply(text, file: "r", to: &settings)
            return ""
        } catch {
            return error.description
        }
    }

    /// The keys of a section, out of the reader's own mouth; nil if it is none.
    private func keys(_ path: [String]) -> [String]? {
        var text = "{zzz: 1}"
        for key in path.reversed() { text = "{\(key): \(text)}" }
        let said = problem(text)
        guard let known = said.range(of: "; known are "), said.contains("no key `zzz` in ") else {
            return nil
        }
        return said[known.upperBound...].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// Every key with its path, but for those of maps by name.
    private func leaves(_ path: [String]) -> [[String]] {
        guard let keys = keys(path) else { return [path] }
        return keys.flatMap { leaves(path + [$0]) }
    }

    @Test("regtop.conf(5) has every key that the reader knows, with its bounds and words")
    func settings() {
        let all = leaves([]).filter { $0 != ["domains"] } + leaves(["domains", "a.test"])
        #expect(all.count > 60)
        // Each entry from its line to the next.
        let entries = ManualPages.settings.components(separatedBy: "\n.It ").dropFirst().map { "\n.It " + $0 }
        for path in all {
            let isDomain = path.count > 2 && path[0] == "domains"
            let name = (isDomain ? Array(path.dropFirst(2)) : path).joined(separator: ".")
            let named = entries.filter { entry in
                entry.dropFirst().prefix { $0 != "\n" }.split { " ,".contains($0) }
                    .contains { $0 == name || $0 == "\(name)*" }
            }
            #expect(!named.isEmpty, "no entry \(name)")
            // A value that no key takes: the answer says what is allowed.
            var text = "{}"
            for key in path.reversed() { text = "{\(key): \(text)}" }
            let said = problem(text)
            for bound in said.matches(of: /from (\d+) to (\d+)/) {
                let isThere = named.contains { $0.contains(bound.1) && $0.contains(bound.2) }
                #expect(isThere, "\(name): \(said)")
            }
            if let words = said.range(of: " is one of "), !named.isEmpty {
                for word in said[words.upperBound...].split(separator: ", ") {
                    #expect(named.contains { $0.contains(word) }, "\(name): \(word)")
                }
            }
        }
        for key in ["from", "transports", "may", "users", "disabled", "contacts"] {
            let isThere = ["\n", " "].contains { ManualPages.settings.contains("\n.Ic \(key)\($0)") }
            #expect(isThere, "\(key)")
        }
    }

    @Test("regtop.theme(5) has every role, attribute and colour")
    func themes() {
        for role in Role.allCases {
            #expect(ManualPages.themes.contains(".It Ic \(role.name)\n"), "\(role.name)")
        }
        for colour in NamedColour.allCases where !colour.isBright {
            #expect(ManualPages.themes.contains(colour.name))
        }
        for word in ["bold", "dim", "underline", "reverse", "default", "bright-", "#rrggbb", "color."] {
            #expect(ManualPages.themes.contains(word))
        }
        for key in ["name", "summary", "variant", "inherits", "contrast", "vision"] {
            #expect(ManualPages.themes.contains(".It Ic \(key)\n"))
        }
    }

    @Test("The pages are right mdoc, where a program can tell")
    func lint() throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/mandoc") else { return }
        for page in [ManualPages.program, ManualPages.settings, ManualPages.themes] {
            let file = NSTemporaryDirectory() + "regtop-page-\(UUID().uuidString)"
            try page.write(toFile: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(atPath: file) }
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/mandoc")
            process.arguments = ["-Tlint", "-Wwarning", file]
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(said)")
        }
    }

    @Test("The unit runs the program where it was put, and keeps what it needs to")
    func unit() {
        let unit = ManualPages.unit(program: "/opt/x/bin/regtop")
        #expect(unit.contains("\nExecStart=/opt/x/bin/regtop serve\n") && !unit.contains("@BINARY@"))
        for line in [
            "Type=notify", "ExecReload=/bin/kill -HUP $MAINPID", "StateDirectory=regtop", "User=regtop",
            "Restart=on-failure", "ProtectSystem=strict", "NoNewPrivileges=yes", "MemoryDenyWriteExecute=yes",
            "CapabilityBoundingSet=", "SystemCallFilter=@system-service",
        ] {
            #expect(unit.contains("\n\(line)\n"), "\(line)")
        }
    }
}
