import Glibc
import Testing

@testable import Host

/// A reload says what it has changed: short, complete, and honest about what waits for the next start.
@Suite("Difference of settings")
struct SettingsDifferenceTests {
    private func lines(
        accounts: [String: AccountsFile.Change] = [:],
        from change: (inout Settings) -> Void = { _ in },
        to other: (inout Settings) -> Void,
    ) -> [String] {
        var (old, new) = (Settings(), Settings())
        change(&old)
        other(&new)
        return SettingsDifference(from: old, to: new, accounts: accounts).lines
    }

    @Test("Nothing is said of what is the same")
    func same() {
        let domain: (inout Settings) -> Void = { $0.domains["a.test"] = DomainSettings() }
        #expect(lines(from: domain, to: domain).isEmpty)
        #expect(lines(accounts: ["a.txt": .init()], to: { _ in }).isEmpty)
    }

    @Test("Domains come and go, and their settings have names as in the file")
    func domains() {
        let found = lines {
            $0.domains["gone.test"] = DomainSettings()
            $0.domains["here.test"] = DomainSettings()
        } to: {
            var here = DomainSettings()
            here.expires.maximum = 3_600
            here.access = [AccessSettings()]
            here.access[0].from = "10.0.0.0/8"
            here.access[0].action = "deny"
            here.access[0].transports = ["udp"]
            here.users["4417"] = UserSettings()
            here.users["4417"]?.isDisabled = true
            $0.domains["here.test"] = here
            $0.domains["new.test"] = DomainSettings()
        }
        #expect(
            found == [
                "domain gone.test is named no longer: its bindings stay until they end",
                "here.test expires.max 7200 -> 3600",
                "here.test access rule 1 none -> 10.0.0.0/8 over udp may deny",
                "here.test users.4417 none -> disabled", "domain new.test is new",
            ]
        )
    }

    @Test("What becomes of calls counts at once")
    func calls() {
        let found = lines(from: { $0.domains["a.test"] = DomainSettings() }) {
            $0.calls = "redirect"
            $0.domains["a.test"] = DomainSettings()
            $0.domains["a.test"]?.calls.mode = "proxy"
            $0.domains["a.test"]?.calls.nextHop = "sip:gw.test"
        }
        #expect(
            found == [
                "a.test calls.mode off -> proxy", "a.test calls.next-hop none -> sip:gw.test",
                "calls none -> redirect",
            ]
        )
    }

    @Test("What belongs to the store, the socket and the log waits for the next start")
    func stateWaits() {
        let found = lines(to: {
            $0.state = "/s"
            $0.store.durability = "power"
            $0.control.operators = ["kl"]
            $0.metrics = "127.0.0.1:9100"
        })
        #expect(
            found == [
                "state none -> /s: next start", "store.durability process -> power: next start",
                "control.operators none -> kl: next start", "metrics none -> 127.0.0.1:9100: next start",
            ]
        )
    }

    @Test("What is gone was something before")
    func removed() {
        let found = lines {
            $0.domains["a.test"] = DomainSettings()
            $0.domains["a.test"]?.numbers = ["trunk": ["+12", "+13"]]
            $0.accounts = "a.txt"
        } to: {
            $0.domains["a.test"] = DomainSettings()
        }
        #expect(found == ["a.test numbers.trunk +12, +13 -> none", "accounts a.txt -> none"])
    }

    @Test("What waits for the next start is said to")
    func nextStart() {
        let found = lines { _ in
        } to: {
            $0.listen = ["udp:127.0.0.1:1"]
            $0.limits.connections = 5
            $0.limits.aorRate = 3
        }
        #expect(
            found == [
                "limits.rate.aor 0 -> 3", "limits.connections 10000 -> 5: next start",
                "other listeners: next start",
            ]
        )
    }

    @Test("Accounts are counted")
    func accounts() {
        let found = lines(accounts: [
            "b.txt": .init(added: 3, removed: 1), "a.txt": .init(altered: 1),
            "c.txt": .init(added: 1, altered: 2),
        ]) { _ in
        }
        #expect(
            found == [
                "a.txt: accounts 1 password changed", "b.txt: accounts +3 -1",
                "c.txt: accounts +1, 2 passwords changed",
            ]
        )
    }

    @Test("At most ten lines, then how many more")
    func many() {
        let found = lines { _ in
        } to: { settings in
            for number in 10..<25 { settings.domains["d\(number).test"] = DomainSettings() }
        }
        #expect(found.count == 11 && found.last == "and 5 more")
    }

    @Test("Every setting has its line: no change goes unsaid")
    func complete() {
        let changes: [(inout Settings) -> Void] = [
            { $0.open = true }, { $0.calls = "proxy" }, { $0.tls.key = "k" },
            { $0.security.allow = ["10.0.0.0/8"] },
            { $0.console.view = "log" }, { $0.limits.message = 2_048 }, { $0.state = "/s" },
            { $0.store.isOn = false }, { $0.store.durability = "power" }, { $0.store.onFailure = "continue" },
            { $0.store.grace = 0 }, { $0.history.days = 1 }, { $0.history.size = 1 },
            { $0.control.group = "g" }, { $0.control.operators = ["o"] }, { $0.metrics = "9154" },
            { $0.log.file = "f" }, { $0.log.size = 1 }, { $0.log.keep = 1 },
        ]
        for change in changes {
            let found = lines(to: change)
            #expect(found.count == 1 && found != ["the settings are others"], "\(found)")
        }
        let ofDomain: [(inout DomainSettings) -> Void] = [
            { $0.registration = false }, { $0.accounts = "a" }, { $0.expires.maximumBehindNAT = 9 },
            { $0.contacts.fold = "instance" }, { $0.algorithms = ["MD5"] }, { $0.qop = [] },
            { $0.legacyDigest = false }, { $0.alias = "off" }, { $0.path = "off" }, { $0.outbound = "off" },
            { $0.flowTimer = 9 }, { $0.gruu = false }, { $0.serviceRoute = ["a"] },
            { $0.connectionLost = "remove" }, { $0.ping.every = 9 }, { $0.subscriptions.maximum = 9 },
            { $0.numbers = ["a": ["1"]] }, { $0.access = [AccessSettings()] },
            {
                $0.users["a"] = UserSettings(); $0.users["a"]?.contacts = 3
            },
            { $0.calls.mode = "proxy" }, { $0.calls.nextHop = "sip:a" }, { $0.calls.timerC = 200 },
            { $0.calls.ringing = 9 }, { $0.calls.breadth = 9 }, { $0.calls.recordsRoute = false },
        ]
        for change in ofDomain {
            let found = lines {
                $0.domains["a.test"] = DomainSettings()
            } to: {
                var domain = DomainSettings()
                change(&domain)
                $0.domains["a.test"] = domain
            }
            #expect(found.count == 1 && found != ["the settings are others"], "\(found)")
        }
        // A new setting needs its line, and its change above.
        #expect(Mirror(reflecting: DomainSettings()).children.count == 20)
        #expect(Mirror(reflecting: Settings()).children.count == 15)
    }

    @Test("An accounts file tells what is different from before")
    func accountsFile() throws {
        let folder = ScratchFolder()
        func line(_ user: String, _ digit: String) -> String {
            "\(user):a.test:\(String(repeating: digit, count: 32))\n"
        }
        let path = folder.write("accounts", line("a", "0") + line("b", "0") + line("c", "0"))
        chmodPrivate(path)
        let first = try AccountsFile(path: path)
        _ = folder.write("accounts", line("a", "0") + line("b", "1") + line("d", "0") + line("e", "0"))
        chmodPrivate(path)
        let second = try AccountsFile(path: path, since: first)
        #expect(second.change == AccountsFile.Change(added: 2, removed: 1, altered: 1))
        #expect(try AccountsFile(path: path, since: second).change == AccountsFile.Change())
    }

    private func chmodPrivate(_ path: String) { _ = chmod(path, 0o600) }
}
