import Testing

@testable import Host

@Suite("Settings")
struct SettingsTests {
    @Test("Without settings nothing but loopback is listened on, and nobody registers without a password")
    func safeByDefault() throws {
        let settings = Settings()
        #expect(settings.listen.allSatisfy { $0.contains("127.0.0.1") })
        #expect(!settings.open)
        let facts = try SettingsCheck(settings).facts()
        #expect(!facts.contains { $0.contains("OPEN") })
    }

    @Test("Domains are those named and the realms of the accounts; without any, our own addresses")
    func domains() throws {
        var settings = Settings()
        #expect(try SettingsCheck(settings).facts().contains { $0.contains("127.0.0.1  0 accounts") })
        settings.domains["here.test"] = DomainSettings()
        let facts = try SettingsCheck(settings).facts().filter { $0.hasPrefix("domain") }
        #expect(facts.count == 1 && facts[0].contains("here.test"))
        let folder = ScratchFolder()
        let hash = String(repeating: "0", count: 32)
        settings.accounts = folder.write("accounts", "a:there.test:\(hash)\nb:there.test:\(hash)\n")
        let both = try SettingsCheck(settings).facts().filter { $0.hasPrefix("domain") }
        #expect(both.count == 2 && both[0].contains("here.test  0 accounts"))
        #expect(both[1].contains("there.test  2 accounts"))
    }

    @Test("A domain that nobody can register at is warned of, one that anybody can as well")
    func warnings() throws {
        let folder = ScratchFolder()
        var settings = Settings()
        settings.domains["here.test"] = DomainSettings()
        settings.accounts = folder.write("accounts", "a:there.test:\(String(repeating: "0", count: 32))\n")
        let closed = try PolicyBuilder(settings: settings, listeners: []).build().warnings
        #expect(closed.count == 1 && closed[0].hasPrefix("domain here.test has no accounts"))
        settings.open = true
        let open = try PolicyBuilder(settings: settings, listeners: []).build().warnings
        #expect(open.count == 2 && open.allSatisfy { $0.contains("is open") })
    }
}
