import BindingTable
import Cells
import Foundation
import Monitor
import SIPMessage
import Testing

@testable import Console

/// The copy menu: what is offered where, and what goes to the terminal's clipboard.
@Suite struct CopyTests {
    /// What was copied last.
    private func copied(_ driver: Driver) -> String? {
        if case .copy(let text)? = driver.effects.last { text } else { nil }
    }

    private func copy(_ keys: String, _ change: (inout World) -> Void = { _ in }) -> String? {
        var world = World()
        change(&world)
        var driver = Driver(world: world)
        driver.press(keys)
        return copied(driver)
    }

    @Test(arguments: GoldenScreenTests.sizes)
    func theMenuSaysWhatItWouldCopy(_ size: Size) {
        var driver = Driver(size)
        driver.press("jjy")
        expectGolden(driver.grid, "copy-\(size.width)x\(size.height)")
    }

    @Test func aLetterCopiesAtOnce() {
        #expect(copy("jjya") == "4417@example.test")
        #expect(copy("jjyc")?.hasPrefix("sip:4417@") == true)
        #expect(copy("jjys") == "198.51.100.7:5062")
        #expect(copy("jjyf") == "nft insert rule inet filter input ip saddr 198.51.100.7 counter drop")
        #expect(copy("jjyi") == "iptables -I INPUT -s 198.51.100.7 -j DROP")
        #expect(copy("jjy↓⏎")?.hasPrefix("sip:4417@") == true)
        #expect(copy("jjyt")?.hasPrefix("REGISTRATION OF 4417@example.test\n") == true)
    }

    @Test func aRowIsALineOfJSON() throws {
        let text = try #require(copy("jjyj"))
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect(object?["aor"] as? String == "4417@example.test")
        #expect(object?.count == BindingFields.table.count)
        for keys in ["3yj", "4yj", "5yj", "5⇥yj", "byj", "jjHyj", "jj⏎yj", "3⏎yj"] {
            let line = try #require(copy(keys), "\(keys)")
            #expect(!line.contains("\n"))
            #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil, "\(keys): \(line)")
        }
    }

    @Test func aSourceOverIPv6HasItsOwnRules() throws {
        let line = FirewallLine(source: Samples.v6)
        #expect(line.nftables.contains("ip6 saddr 2001:db8::4:16 "))
        #expect(line.iptables == "ip6tables -I INPUT -s 2001:db8::4:16 -j DROP")
    }

    @Test func aMessageIsCopiedAsItIsShownSecretsShortened() throws {
        let text = try #require(copy("3⏎yr"))
        #expect(text.hasPrefix("REGISTER sip:") && text.contains("\nCall-ID: "))
        #expect(!text.contains(Samples.response) && !text.contains(Samples.nonce))
    }

    @Test func noWayOfTakingAwayTellsAPasswordOfAContact() throws {
        let contact = Array("sip:4417:hunter2@198.51.100.7:5062".utf8)
        for keys in ["jjyc", "jjyj", "jjyt", "jj⏎yc"] {
            let text = try #require(
                copy(keys) { world in
                    for index in world.bindings.indices {
                        world.bindings[index].binding.texts.contact = contact
                    }
                },
                "\(keys)"
            )
            #expect(
                text.contains("sip:4417:xxxxxxx@198.51.100.7:5062") && !text.contains("hunter2"),
                "\(keys)"
            )
        }
    }

    @Test func controlBytesOfStrangersAreEscaped() throws {
        let evil = Array("sip:x@h\u{1b}]52;c;AAAA\u{7}\n; rm -rf /".utf8)
        let text = try #require(
            copy("yc") { world in
                for index in world.bindings.indices { world.bindings[index].binding.texts.contact = evil }
            }
        )
        #expect(text == "sip:x@h\\x1b]52;c;AAAA\\x07\\x0a; rm -rf /")
    }

    @Test func whatIsNotThereIsNotOffered() {
        var driver = Driver()
        driver.press("3y")
        #expect(!driver.keyBar.contains("c Contact") && driver.screen.contains("COPY"))
        driver.press("c")
        #expect(driver.says("not here to be copied") && driver.screen.contains("COPY"))
        driver.press("⎋")
        #expect(!driver.screen.contains("COPY"))
        var world = World()
        world.blocks = []
        var empty = Driver(world: world)
        empty.press("by")
        #expect(empty.says("nothing under the cursor to copy"))
    }

    @Test func itNeverSaysThatItIsCopiedAndHintsOnce() {
        var driver = Driver()
        driver.press("jjya")
        #expect(driver.says("Sent to your terminal's clipboard (17 bytes)."))
        #expect(driver.says("set-clipboard on"))
        driver.press("ya")
        #expect(!driver.says("set-clipboard on"))
    }

    @Test func whatIsTooLongIsRefused() {
        var model = Driver().model
        let tooMany = model.copy(String(repeating: "x", count: 65_537), at: Samples.start)
        #expect(tooMany.isEmpty)
        #expect(model.message?.text.contains("65,537 bytes are too many") == true)
        let most = model.copy(String(repeating: "x", count: 65_536), at: Samples.start)
        #expect(most.count == 1)
    }

    @Test func theReportOfThePastIsNotOffered() {
        var driver = Driver()
        driver.press(":at -3631s⏎jy")
        #expect(driver.screen.contains("COPY") && !driver.screen.contains("Ticket report"))
    }

    @Test func everyThingHasItsAction() {
        for thing in CopyMenu.Thing.allCases { #expect(KeyMap.standard.row(thing.action)?.places == .copy) }
    }
}
