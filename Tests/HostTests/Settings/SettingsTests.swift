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

    @Test("Domains are those named, else the realms of the accounts, else our own addresses")
    func domains() throws {
        var settings = Settings()
        #expect(try SettingsCheck(settings).facts().contains { $0.contains("127.0.0.1  0 accounts") })
        settings.domains["here.test"] = DomainSettings()
        let facts = try SettingsCheck(settings).facts().filter { $0.hasPrefix("domain") }
        #expect(facts.count == 1 && facts[0].contains("here.test"))
    }
}
