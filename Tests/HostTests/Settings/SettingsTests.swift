import Registrar
import SIPDigest
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

    @Test("The realm is the accounts' own, in whatever case they write the domain")
    func realmCase() throws {
        let folder = ScratchFolder()
        var settings = Settings()
        settings.accounts = folder.write("accounts", "a:Here.TEST:\(String(repeating: "0", count: 32))\n")
        let policy = try PolicyBuilder(settings: settings, listeners: []).build().policy
        let domain = try #require(policy.domains.first)
        #expect(domain.name == Array("here.test".utf8))
        #expect(domain.digest.realm == Array("Here.TEST".utf8))
    }

    @Test("A file that a domain has for itself adds no domain, be it the demo's")
    func ownFile() throws {
        let folder = ScratchFolder()
        let hash = String(repeating: "0", count: 32)
        var settings = Settings()
        var own = DomainSettings()
        own.accounts = folder.write("own", "a:demo.test:\(hash)\nb:there.test:\(hash)\n")
        settings.domains["demo.test"] = own
        let built = try PolicyBuilder(settings: settings, listeners: []).build()
        #expect(built.facts.count == 1 && built.facts[0].hasPrefix("domain    demo.test  1 account in "))
        #expect(built.warnings.isEmpty)
    }

    @Test("A check tries the filter as the view's list does")
    func filters() throws {
        var settings = Settings()
        for (view, filter, isRight) in [
            ("bindings", "exp<60", true), ("bindings", "exp<<60", false), ("attempts", "exp<60", false),
            ("log", "disk level>=warning", true), ("log", "exp<60", false),
        ] {
            (settings.console.view, settings.console.filter) = (view, filter)
            let problem: String?
            do {
                _ = try SettingsCheck(settings).facts()
                problem = nil
            } catch { problem = "\(error)" }
            #expect((problem == nil) == isRight, "\(view) \(filter)")
            #expect(problem?.hasPrefix("console.filter \(filter): column ") ?? true)
        }
    }

    @Test("A domain that nobody can register at is warned of, one that anybody can as well")
    func warnings() throws {
        let folder = ScratchFolder()
        var settings = Settings()
        settings.domains["here.test"] = DomainSettings()
        settings.accounts = folder.write("accounts", "a:there.test:\(String(repeating: "0", count: 32))\n")
        let closed = try PolicyBuilder(settings: settings, listeners: []).build().warnings
        #expect(closed.count == 1 && closed[0].hasPrefix("nobody can register at here.test: no accounts"))
        settings.open = true
        let open = try PolicyBuilder(settings: settings, listeners: []).build().warnings
        #expect(open == ["open, so anybody may register any user: here.test, there.test"])
    }
}
