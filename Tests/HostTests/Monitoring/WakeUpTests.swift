import Testing

@testable import Host

@Suite("Wake-up")
struct WakeUpTests {
    @Test("Raised twice before it is seen, it is one; lowered by the wait")
    func raisedTwice() {
        let wake = WakeUp()
        wake.raise()
        wake.raise()
        wake.wait(milliseconds: 0)
        wake.raise()
        wake.wait(milliseconds: 60_000)
        // A third wait has nothing to wait for and returns by its time alone.
        wake.wait(milliseconds: 1)
    }
}
