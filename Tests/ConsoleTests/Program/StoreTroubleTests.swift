import Cells
import Testing

@testable import Console

/// While changes are not durable everybody sees it, wherever they look.
@Suite struct StoreTroubleTests {
    private let trouble = "the disk of /var/lib/regtop is full; make room"

    @Test(arguments: [Size(width: 80, height: 24), Size(width: 140, height: 40), Size(width: 40, height: 10)])
    func aRedBarIsOnEveryScreen(size: Size) {
        var driver = Driver(size)
        driver.press("1")
        driver.wait(1)
        #expect(!driver.screen.contains("NOT DURABLE"))
        let before = driver.lines[1]
        driver.world.storeTrouble = trouble
        driver.wait(1)
        for key in ["1", "2", "3", "4", "5", "6", "7"] {
            driver.press(key)
            driver.wait(1)
            #expect(driver.lines[1].hasPrefix(" NOT DURABLE: the disk of /var"), "after \(key)")
        }
        driver.press("1")
        driver.world.storeTrouble = nil
        driver.wait(3)
        #expect(!driver.screen.contains("NOT DURABLE"))
        #expect(driver.lines[1] == before)
    }

    @Test func whatItSaysCannotSteerTheTerminal() {
        var driver = Driver()
        driver.world.storeTrouble = "bad\u{1b}]0;x\u{7}\nfile"
        driver.wait(1)
        #expect(driver.lines[1].hasPrefix(" NOT DURABLE: bad"))
        #expect(!driver.screen.unicodeScalars.contains("\u{1b}"))
    }
}
