import Cells
import Testing

@testable import Console

/// `:record`: what the console asks for and says; the file is another's business.
@Suite struct RecordingTests {
    private func records(_ driver: Driver) -> [(String?, Bool)] {
        driver.effects.compactMap {
            if case .record(let path, let replacing) = $0 { (path, replacing) } else { nil }
        }
    }

    @Test func itBeginsAndEndsAndTheTitleSaysSo() {
        var driver = Driver()
        driver.press(":record /tmp/a.cast⏎")
        #expect(records(driver).last?.0 == "/tmp/a.cast" && records(driver).last?.1 == false)
        #expect(!driver.lines[0].contains("REC "))
        driver.input(.recording(.began("/tmp/a.cast")))
        #expect(driver.lines[0].contains(" REC "))
        #expect(driver.says("Recording what this terminal shows to /tmp/a.cast"))
        driver.press(":record /tmp/b.cast⏎")
        #expect(driver.says(":record off ends that first"))
        driver.press(":record off⏎")
        #expect(records(driver).last?.0 == nil)
        driver.input(.recording(.ended("The recording has ended: 3 frames in /tmp/a.cast.")))
        #expect(driver.says("3 frames") && !driver.lines[0].contains(" REC "))
    }

    @Test func aFileThatIsThereIsReplacedOnlyByAYes() {
        var driver = Driver()
        driver.press(":record a.cast⏎")
        driver.input(.recording(.exists("a.cast")))
        #expect(driver.screen.contains("REPLACE THE FILE") && driver.says("a.cast is there already."))
        driver.press("⏎")
        #expect(records(driver).count == 1)
        driver.input(.recording(.exists("a.cast")))
        driver.press("⇥⏎")
        #expect(records(driver).last?.0 == "a.cast" && records(driver).last?.1 == true)
    }

    @Test func whatWentWrongIsSaid() {
        var driver = Driver()
        driver.input(.recording(.failed("/x can't be recorded to: No such file or directory.")))
        #expect(driver.says("No such file or directory"))
        driver.press(":record off⏎")
        #expect(driver.says("Nothing is recorded."))
        driver.press(":record⏎")
        #expect(driver.says("Nothing is recorded: :record FILE begins."))
    }
}
