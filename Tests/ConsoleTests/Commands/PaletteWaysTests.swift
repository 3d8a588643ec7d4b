import Cells
import Testing

@testable import Console

/// The palette pages, and says where a file is written; what is typed tells how to go on.
@Suite struct PaletteWaysTests {
    @Test func pagesGoThroughTheList() {
        var driver = Driver()
        driver.press(":⇟")
        let once = driver.model.commandLine?.selected ?? 0
        #expect(once > 3)
        driver.press("⇟")
        #expect(driver.model.commandLine?.selected == 2 * once)
        driver.press("⇞⇞⇞")
        #expect(driver.model.commandLine?.selected == 0)
        driver.press("⇟⇟⇟⇟⇟⇟⇟⇟⇟⇟⇟⇟⇟⇟⇟⇟⇟⇟⇟⇟")
        let count = driver.model.paletteCount(at: driver.now)
        #expect(driver.model.commandLine?.selected == count - 1, "the end stays the end")
    }

    @Test func savingUnderAFilesNameSaysWhatWritesFiles() {
        for name in ["x.csv", "/tmp/x"] {
            var driver = Driver()
            driver.press("/alice⏎:save \(name)⏎")
            #expect(driver.says(":save keeps a filter under a name; :export \(name) writes a file."))
        }
    }

    @Test func aFiltersNameIsNotToldToGoOnWithAnOperator() {
        var driver = Driver()
        driver.press("/@")
        #expect(driver.messageLine.contains("Tab completes the filter's name"), "\(driver.messageLine)")
        #expect(!driver.messageLine.contains("go on with :"))
        driver.press("⌃uex")
        #expect(driver.messageLine.contains("go on with : = ~ < >"))
    }

    @Test func aTerminalThatIsTooSmallIsToldWholeWhatItNeeds() {
        for size in [Size(width: 20, height: 5), Size(width: 39, height: 9), Size(width: 14, height: 1)] {
            let text = Driver(size).screen
            #expect(text.contains("40x10 needed"), "\(size): \(text)")
            if size.height > 1 { #expect(text.contains("have \(size.width)x\(size.height)"), "\(text)") }
        }
    }
}
