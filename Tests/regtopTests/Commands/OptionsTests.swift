import ArgumentParser
import Host
import Testing

@testable import regtop

@Suite("Options")
struct OptionsTests {
    @Test("Flags beat the environment, which beats the defaults")
    func order() throws {
        let environment = [
            "REGTOP_LISTEN": "udp:127.0.0.1:1,tcp:127.0.0.1:2", "REGTOP_DOMAIN": "a.test,B.test",
            "REGTOP_OPEN": "1",
            "REGTOP_ACCOUNTS": "env.txt", "HOME": "/nonexistent",
        ]
        let bare = try ServiceOptions.parse([]).settings(environment: environment)
        #expect(
            bare.listen == ["udp:127.0.0.1:1", "tcp:127.0.0.1:2"] && bare.open && bare.accounts == "env.txt"
        )
        #expect(bare.domains.keys.sorted() == ["a.test", "b.test"])
        let flags = ["--listen", "udp:127.0.0.1:3", "--domain", "C.test", "--accounts", "flag.txt"]
        let given = try ServiceOptions.parse(flags).settings(environment: environment)
        #expect(given.listen == ["udp:127.0.0.1:3"] && given.accounts == "flag.txt")
        #expect(Array(given.domains.keys) == ["c.test"])
    }

    @Test("A variable that can't be read is named")
    func badVariable() throws {
        let options = try ServiceOptions.parse([])
        #expect(throws: HostError.self) { try options.settings(environment: ["REGTOP_OPEN": "perhaps"]) }
    }

    @Test("--demo takes a number or none")
    func demo() throws {
        #expect(try ConsoleCommand.parse(["--demo"]).demo == 24)
        #expect(try ConsoleCommand.parse(["--demo", "100"]).demo == 100)
        #expect(try ConsoleCommand.parse([]).demo == nil)
    }

    @Test("A moment of the past is taken as it is written, and what is none names the forms")
    func moment() throws {
        var settings = Settings()
        try ScreenOptions.parse(["--at", "2026-11-25 14:03"]).apply(to: &settings.console)
        #expect(settings.console.at == "2026-11-25 14:03")
        try ScreenOptions.parse(["--at=-10m"]).apply(to: &settings.console)
        #expect(settings.console.at == "-10m")
        let wrong = try ScreenOptions.parse(["--at", "lunch"])
        let error = #expect(throws: HostError.self) { try wrong.apply(to: &settings.console) }
        #expect(error?.description.contains("--at lunch: no time; write 14:03, 14:03:20") == true)
        #expect(error?.exitCode == 2)
    }

    @Test("Recording and lines are options of the console; what needs a screen does not go with lines")
    func recordAndPlain() throws {
        var console = ScreenSettings()
        #expect(console.record.isEmpty && !console.plain)
        try ScreenOptions.parse(["--record", "a.cast"]).apply(to: &console)
        #expect(console.record == "a.cast")
        console = ScreenSettings()
        try ScreenOptions.parse(["--plain", "--filter", "4417"]).apply(to: &console)
        #expect(console.plain && console.filter == "4417")
        for extra in [["--at", "12:00"], ["--record", "a.cast"]] {
            let options = try? ScreenOptions.parse(["--plain"] + extra)
            let error = #expect(throws: HostError.self) { try options?.apply(to: &console) }
            #expect(error?.exitCode == 2)
        }
    }

    @Test("A view that does not exist is named with those that do")
    func view() throws {
        var console = ScreenSettings()
        let options = try ScreenOptions.parse(["--view", "nowhere"])
        let error = #expect(throws: HostError.self) { try options.apply(to: &console) }
        #expect(error?.exitCode == 2 && error?.description.contains("bindings") == true)
    }

    @Test("A password is never an argument")
    func noPassword() {
        #expect(throws: (any Error).self) {
            _ = try Regtop.parseAsRoot(["account", "add", "--accounts", "a", "u@d", "secret"])
        }
    }
}
