import Cells
import Monitor
import Testing

@testable import Console

/// The tour is offered once, goes on with what is so and not with keys, and stands in nobody's way.
@Suite struct TourTests {
    private static let stage = TourStage(
        lost: "9001@example.test",
        haunted: "4417@example.test",
        good: "alice@example.test"
    )

    private func driver(_ size: Size = Size(width: 80, height: 24), isNew: Bool = false) -> Driver {
        Driver(size, view: .overview, stage: Self.stage, isNew: isNew)
    }

    private func kept(_ driver: Driver) -> [Preferences] {
        driver.effects.compactMap { if case .keep(let preferences) = $0 { preferences } else { nil } }
    }

    @Test func theDemoOffersItOnceAndTheOfferGoesWithTheFirstKey() {
        var driver = driver(isNew: true)
        #expect(driver.messageLine.contains(":tour"))
        #expect(kept(driver).map(\.hasSeenTour) == [true])
        driver.wait(30)
        #expect(driver.messageLine.contains(":tour"), "it waits for the operator")
        driver.press("2")
        #expect(!driver.screen.contains(":tour") && driver.screen.contains("2 BINDINGS"))
        driver.press("1")
        #expect(!driver.messageLine.contains(":tour"))
        #expect(!self.driver().messageLine.contains(":tour"), "who has seen it is not asked again")
    }

    @Test func withoutPhonesThatPlayAnOperatorIsToldTheKeysAndTheTourSaysWhereItIs() {
        var driver = Driver(view: .overview, isNew: true)
        #expect(driver.messageLine.contains("2 bindings, / finds a phone, ? all keys"))
        #expect(kept(driver).map(\.hasSeenTour) == [true])
        driver.press(":tour⏎")
        #expect(driver.says("The tour needs phones that play along: regtop --demo, then :tour."))
        #expect(driver.model.tour == nil)
    }

    @Test func aReadOnlyConsoleIsNotAskedToEvict() {
        var driver = Driver(view: .overview, readOnly: true, stage: Self.stage, isNew: true)
        #expect(!driver.messageLine.contains("in five steps"))
        driver.press(":tour⏎")
        let isSaid = driver.says("this console can only look: started with --read-only.")
        #expect(isSaid && driver.model.tour == nil)
    }

    @Test(arguments: [Size(width: 40, height: 10), Size(width: 80, height: 24), Size(width: 140, height: 40)])
    func eachStepFitsAboveTheMessageLine(_ size: Size) {
        for step in TourStep.allCases {
            var driver = driver(size)
            driver.press(":tour⏎")
            for _ in 0..<step.rawValue { _ = driver.model.tour?.goOn() }
            let words = TourWords(tour: driver.model.tour ?? TourState(stage: Self.stage), keys: .standard)
            let isWide = size.height >= 20
            let isSaid = driver.says(isWide ? words.long : words.short)
            #expect(isSaid, "\(step) at \(size):\n\(driver.screen)")
            #expect(driver.screen.contains("\(step.rawValue + 1)/5"))
            #expect(driver.keyBar.contains("? Help"))
        }
    }

    @Test func escapeLeavesWhatIsOpenFirstAndThenTheTour() {
        var driver = driver()
        driver.press(":tour⏎3⏎")
        #expect(driver.screen.contains("TOUR 1/5") && !driver.screen.contains("Esc ends it"))
        driver.press("⎋")
        #expect(driver.model.tour != nil && driver.screen.contains("TOUR 1/5, Esc ends it"))
        driver.press("/44⎋")
        #expect(driver.model.tour != nil, "the prompt is closed first")
        driver.press("⎋")
        #expect(driver.model.tour == nil && !driver.screen.contains("TOUR"))
        #expect(driver.messageLine.contains(":tour begins it again"))
        #expect(driver.effects.allSatisfy { if case .quit = $0 { false } else { true } })
    }

    @Test func findingIsDoneWhenOnlyThatPhonesAttemptsAreShownByWhateverWay() {
        var driver = driver()
        driver.press(":tour⏎3")
        #expect(driver.model.tour?.step == .find, "all attempts are not its attempts")
        driver.press("/desk⏎")
        #expect(driver.model.tour?.step == .find, "another phone is found")
        driver.press("/9001")
        #expect(driver.model.tour?.step == .find, "the filter is still typed")
        driver.press("⎋1⇥⏎")
        #expect(driver.model.tour?.step == .why, "a failing user of the overview leads there as well")
    }

    @Test func theScreenBehindAnOpenDialogIsStillTheOneThatWasThere() {
        var driver = driver(Size(width: 40, height: 10))
        driver.press(":tour⏎2X")
        #expect(driver.model.tourHeight == 0, "the dialog needs the room")
        driver.press("⎋")
        #expect(driver.model.tourHeight == 2)
    }
}
