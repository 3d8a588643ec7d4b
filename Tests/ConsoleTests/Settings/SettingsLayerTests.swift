import Cells
import ConsoleLink
import Testing
import Timing

@testable import Console

/// The list of what can be chosen of the console.
@Suite struct SettingsLayerTests {
    @Test func everySettingIsListedWithItsValue() {
        var driver = Driver(Size(width: 80, height: 24))
        driver.press(",")
        for setting in ConsoleSetting.allCases {
            #expect(driver.screen.contains(setting.title) && driver.screen.contains(setting.help))
        }
        #expect(driver.screen.contains("< ansi >") && driver.screen.contains("automatic"))
        #expect(driver.screen.contains("Forgotten when this console ends"))
    }

    @Test func whereItIsKeptIsSaid() {
        var settings = ConsoleSettings()
        settings.preferencesPath = "/home/kl/.config/regtop/console.yaml"
        let model = ConsoleModel(settings: settings, size: Size(width: 80, height: 24))
        var driver = Driver()
        driver.model = model
        driver.press(",")
        #expect(driver.screen.contains("Kept in /home/kl/.config/regtop/console.yaml"))
    }

    /// Whatever is changed is seen at once, and kept.
    @Test func themesAreShownLive() {
        var driver = Driver()
        driver.press(",→")
        #expect(driver.model.theme == "mono" && driver.kept?.theme == "mono")
        guard case .setTheme("mono")? = driver.effects.first else {
            Issue.record("\(driver.effects)")
            return
        }
        driver.press("←←")
        #expect(driver.model.theme == "okabe" && driver.kept?.theme == "okabe")
        driver.press("⎋")
        #expect(driver.model.layer == nil && driver.model.theme == "okabe")
    }

    @Test func everyValueOfEverySettingIsReachedAndCanBeLeft() {
        for (index, setting) in ConsoleSetting.allCases.enumerated() where setting != .columns {
            var driver = Driver()
            driver.press(",")
            for _ in 0..<index { driver.press("j") }
            let first = driver.model.value(of: setting)
            var reached: Set<String> = []
            for _ in driver.model.values(of: setting) {
                driver.press("⏎")
                #expect(driver.kept != nil)
                reached.insert(driver.model.value(of: setting))
            }
            #expect(reached == Set(driver.model.values(of: setting)) && reached.count > 1, "\(setting)")
            #expect(driver.model.value(of: setting) == first, "\(setting)")
        }
    }

    @Test func theClockCanBeUTC() {
        var driver = Driver()
        var welcome = Samples.welcome()
        welcome.utcOffset = .seconds(3_600)
        driver.input(.link(.welcome(welcome)))
        #expect(driver.lines[0].contains("13:04"))
        driver.press(":set clock utc⏎")
        #expect(driver.lines[0].contains("12:04") && !driver.lines[0].contains("13:04"))
        #expect(driver.model.utcOffset == .zero)
    }

    @Test func asciiIsDrawnAtOnce() {
        var driver = Driver()
        driver.press(":set glyphs ascii⏎")
        #expect(driver.screen.unicodeScalars.allSatisfy { $0.isASCII })
        driver.press(":set glyphs unicode⏎")
        #expect(!driver.screen.unicodeScalars.allSatisfy { $0.isASCII })
        // A terminal that can't draw more has no choice.
        var poor = Driver(ascii: true)
        poor.press(",jjjjjj⏎")
        #expect(poor.messageLine.contains("takes ASCII only"))
    }

    /// A key that switches something is a choice as well.
    @Test func keysKeepWhatTheySwitch() {
        var driver = Driver(Size(width: 140, height: 40))
        driver.press("K")
        #expect(driver.kept?.showsKeyBar == false)
        driver.press("KP")
        #expect(driver.kept?.showsPreview == false)
        driver.press("3⏎w")
        #expect(driver.kept?.showsGaps == true)
        driver.press("Tj⏎")
        #expect(driver.kept?.theme == "mono")
    }

    @Test func whatWasKeptIsThereAtTheStart() {
        var preferences = Preferences()
        preferences.showsKeyBar = false
        preferences.showsPreview = false
        preferences.columns = ["aor", "user_agent"]
        preferences.usesASCII = true
        let driver = Driver(Size(width: 140, height: 40), preferences: preferences)
        #expect(!driver.screen.contains("? Help") && !driver.screen.contains("HOW IT IS REACHED"))
        #expect(driver.lines[2].contains("AGENT") && !driver.lines[2].contains("CONTACT"))
        #expect(driver.screen.unicodeScalars.allSatisfy { $0.isASCII })
    }
}
