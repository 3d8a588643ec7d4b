import Cells
import Foundation
import Monitor
import Testing

@testable import Console

/// Searching the messages of an attempt.
@Suite struct LadderSearchTests {
    private func driver(_ size: Size = Size(width: 80, height: 24)) -> Driver {
        var driver = Driver(size)
        driver.press("3⏎")
        return driver
    }

    @Test func hitsAreCountedSeenAndGoneThrough() {
        var driver = driver()
        driver.press("/cseq")
        let count = driver.model.ladder.hits.count
        #expect(count >= 2)
        #expect(driver.messageLine.contains("\(count) lines"))
        driver.press("⏎")
        #expect(driver.model.ladder.isRaw)
        #expect(driver.messageLine.contains("\"cseq\" "))
        let first = driver.model.ladder.selected
        #expect(driver.screen.contains("CSeq"))
        driver.press("n")
        #expect(driver.model.ladder.selected != first)
        driver.press("N")
        #expect(driver.model.ladder.selected == first)
        driver.press("\\")
        #expect(driver.model.ladder.search == nil)
    }

    @Test func capitalsAreMeantAsTheyStand() {
        var driver = driver()
        driver.press("/CSEQ")
        #expect(driver.model.ladder.hits.isEmpty)
        driver.press("⌃uCSeq")
        #expect(!driver.model.ladder.hits.isEmpty)
        driver.press("⎋")
        #expect(driver.model.ladder.search == nil)
    }

    @Test func nothingFoundIsSaid() {
        var driver = driver()
        driver.press("/nosuchthing⏎n")
        #expect(driver.says("It stands in none of these messages"))
        #expect(!driver.model.ladder.isRaw)
    }

    /// What is found is made to be seen, and the text stays as it is.
    @Test func whatIsFoundIsHighlighted() throws {
        let search = try #require(LadderSearch("tag"))
        let line = RunLine([
            TextRun("From: <sip:a@b>;ta", role: .sipHeader), TextRun("g=1;TAG=2", role: .sipValue),
        ])
        let shown = search.highlighted(line)
        #expect(shown.runs.map(\.text.string).joined() == "From: <sip:a@b>;tag=1;TAG=2")
        #expect(shown.runs.filter { $0.role == .filterMatch }.map(\.text.string) == ["ta", "g", "TAG"])
        #expect(shown.width == line.width)
    }

    /// Secrets are shortened on the screen, and can't be guessed by searching.
    @Test func secretsAreNotFound() {
        var driver = driver()
        let all = driver.model.ladder.detail?.messages ?? []
        #expect(all.contains { String(decoding: $0.bytes, as: UTF8.self).contains(Samples.response) })
        for (text, isFound) in [
            (String(Samples.response.prefix(6)), true), (String(Samples.response.prefix(12)), false),
            (Samples.response, false),
        ] {
            driver.press("/⌃u")
            driver.input(.key(.paste(text)))
            #expect(
                driver.model.ladder.search != nil && driver.model.ladder.hits.isEmpty != isFound,
                "\(text)"
            )
            driver.press("⎋")
        }
    }
}
