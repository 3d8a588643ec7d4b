import Testing
import Timing

@testable import Transport

@Suite struct ConnectionWatchTests {
    private let opened = Timestamp(nanoseconds: 1_000_000_000_000)
    private let settings = {
        var settings = StreamSettings()
        settings.idleTimeout = .seconds(100)
        settings.messageTimeout = .seconds(10)
        settings.writeTimeout = .seconds(20)
        return settings
    }()

    private func after(_ seconds: Int) -> Timestamp { opened + .seconds(seconds) }

    @Test func aMessageThatTricklesInIsNotGivenMoreTime() {
        var watch = ConnectionWatch(openedAt: opened)
        watch.hasRead(at: after(1), events: 1, pendingBytes: 0)
        watch.hasRead(at: after(30), events: 0, pendingBytes: 5)
        for second in 31...39 { watch.hasRead(at: after(second), events: 0, pendingBytes: second) }
        #expect(watch.overdue(at: after(39), unsentBytes: 0, settings: settings) == nil)
        #expect(watch.overdue(at: after(40), unsentBytes: 0, settings: settings) == .slowMessage)
        // Completed with the next one begun: that one has its own time.
        watch.hasRead(at: after(40), events: 1, pendingBytes: 3)
        #expect(watch.overdue(at: after(49), unsentBytes: 0, settings: settings) == nil)
        #expect(watch.overdue(at: after(50), unsentBytes: 0, settings: settings) == .slowMessage)
    }

    @Test func aFreshConnectionMustSpeak() {
        var watch = ConnectionWatch(openedAt: opened)
        #expect(watch.overdue(at: after(9), unsentBytes: 0, settings: settings) == nil)
        #expect(watch.overdue(at: after(10), unsentBytes: 0, settings: settings) == .slowMessage)
        watch.hasRead(at: after(9), events: 1, pendingBytes: 0)
        #expect(watch.overdue(at: after(108), unsentBytes: 0, settings: settings) == nil)
        #expect(watch.overdue(at: after(109), unsentBytes: 0, settings: settings) == .idle)
    }

    @Test func onlyAReaderThatTakesNothingIsSlow() {
        var watch = ConnectionWatch(openedAt: opened)
        watch.hasRead(at: after(1), events: 1, pendingBytes: 0)
        watch.hasQueued(1000)
        #expect(watch.overdue(at: after(1), unsentBytes: 1000, settings: settings) == nil)
        // It takes a little although more is queued than that.
        watch.hasQueued(500)
        #expect(watch.overdue(at: after(19), unsentBytes: 1400, settings: settings) == nil)
        #expect(watch.overdue(at: after(38), unsentBytes: 1400, settings: settings) == nil)
        #expect(watch.overdue(at: after(39), unsentBytes: 1400, settings: settings) == .slowReader)
    }

    @Test func silenceWithNothingToSendIsNotSlowReading() {
        var watch = ConnectionWatch(openedAt: opened)
        watch.hasRead(at: after(1), events: 1, pendingBytes: 0)
        #expect(watch.overdue(at: after(60), unsentBytes: 0, settings: settings) == nil)
        watch.hasQueued(10)
        #expect(watch.overdue(at: after(61), unsentBytes: 10, settings: settings) == nil)
        #expect(watch.overdue(at: after(80), unsentBytes: 10, settings: settings) == .slowReader)
    }

    @Test func aConnectionThatWeEndedLingersShortly() {
        var watch = ConnectionWatch(openedAt: opened)
        watch.hasHungUp(at: after(5))
        #expect(watch.overdue(at: after(6), unsentBytes: 0, settings: settings) == nil)
        #expect(watch.overdue(at: after(7), unsentBytes: 0, settings: settings) == .local)
    }
}
