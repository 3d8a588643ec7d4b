import Cells
import Testing

@testable import Console

/// Pasted text is text: it never presses a key.
@Suite struct PasteTests {
    private static let texts = [
        "X\ny\n", "y", "\n", "\r\n\r\n", "Q\nq\nQ\n", "1\n2", "XyE⏎\u{1b}q", "\u{3}", "j", "3",
    ]

    /// On every screen and in every layer: nothing is done, sent or left, and the layer stays.
    @Test(
        arguments: EverySizeTests.keys + [
            "␣␣␣␣␣␣␣␣␣␣␣␣X⇥⇥⇥", "D", "D⇥", "jjX⇥", "q", "T", "s", "/", "?", ":",
        ]
    )
    func itRunsNothing(_ keys: String) {
        var start = Driver()
        start.press(keys)
        for text in Self.texts {
            var driver = start
            let (acts, effects) = (driver.acts.count, driver.effects.count)
            let place = driver.model.place
            let screen = driver.model.screen
            driver.input(.key(.paste(text)))
            #expect(driver.acts.count == acts && driver.effects.count == effects, "\(keys): \(text)")
            #expect(driver.model.place == place && driver.model.screen == screen, "\(keys): \(text)")
        }
    }

    @Test func lineEndsBecomeBlanks() {
        var driver = Driver()
        driver.press("jjX⇥⇥")
        driver.input(.key(.paste("stuck\nafter\r\nmove\n")))
        #expect(driver.screen.contains("stuck after move"))
        #expect(driver.performed.isEmpty)
    }

    @Test func aFilterIsPastedWhole() {
        var driver = Driver()
        driver.press("/")
        driver.input(.key(.paste("4417\n")))
        #expect(driver.model.prompt?.line.text == "4417")
    }

    @Test func aCountTakesDigitsOnly() {
        var driver = Driver(
            world: {
                var world = World(); world.bindings = Samples.many(30); return world
            }()
        )
        driver.press("VX")
        let isAsked = driver.screen.contains("Type ")
        #expect(isAsked)
        guard case .form(var form) = driver.model.layer else {
            Issue.record("no dialog")
            return
        }
        form.focus = .count
        driver.model.layer = .form(form)
        driver.input(.key(.paste("rm 2\n1; y\n")))
        guard case .form(let after) = driver.model.layer else {
            Issue.record("the dialog has gone")
            return
        }
        #expect(after.count.text == "21")
        #expect(driver.performed.isEmpty)
    }

    @Test func whereNothingTakesItThatIsSaid() {
        var driver = Driver()
        driver.input(.key(.paste("XXX\n")))
        #expect(driver.messageLine.contains("needs a line"))
        #expect(driver.acts.isEmpty)
    }
}
