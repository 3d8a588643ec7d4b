import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// Top sources and failing users, in bounded memory.
struct SourcesTests {
    private func wire(_ source: UInt32, user: String = "9001", call: Int) -> Wire {
        var wire = Wire()
        wire.source.address = IPAddress(ipv4: source)
        wire.user = user
        wire.callID = "s\(source)-\(call)"
        wire.agent = "agent \(source)"
        return wire
    }

    @Test func busiestSourcesComeFirst() throws {
        let monitor = Monitor.watchingNothing()
        for index in 0..<60 {
            monitor.receive([
                wire(1, call: index).exchange(1, at: index * 500, .wrongPassword, credentials: true)
            ])
            if index % 2 == 0 {
                monitor.receive([wire(2, call: index).exchange(1, at: index * 500, credentials: true)])
            }
        }
        let overview = try #require(monitor.overview(atSecond: 30))
        #expect(overview.topSources.map(\.address) == [IPAddress(ipv4: 1), IPAddress(ipv4: 2)])
        let first = try #require(overview.topSources.first)
        #expect(first.requestRate == 1)
        #expect(first.failureRate == 1)
        #expect(first.okRate == 0)
        #expect(first.agent == "agent 1")
    }

    @Test func failingUsersAreToldWithTheCommonestReason() throws {
        let monitor = Monitor.watchingNothing()
        for index in 0..<5 {
            let refusal: RefusalReason = index == 0 ? .unknownUser : .wrongPassword
            monitor.receive([
                wire(UInt32(index % 2), user: "9001", call: index).exchange(
                    1,
                    at: index * 1_000,
                    refusal,
                    credentials: true
                )
            ])
        }
        monitor.receive([
            wire(9, user: "9002", call: 9).exchange(1, at: 6_000, .replay(nonceCount: 1), credentials: true)
        ])
        monitor.receive([wire(9, user: "fine", call: 10).exchange(1, at: 6_000, credentials: true)])
        let overview = try #require(monitor.overview(atSecond: 10))
        #expect(overview.failingUsers.map(\.aor) == ["9001@example.test", "9002@example.test"])
        let first = try #require(overview.failingUsers.first)
        #expect(first.failures == 5)
        #expect(first.sources == 2)
        #expect(first.verdict == .wrongPassword && first.commonest == 4)
        #expect(first.last == .zero + .milliseconds(4_000) + .microseconds(400))
        #expect(try #require(monitor.overview(atSecond: 700)).failingUsers.isEmpty)
    }

    /// What happened before the last ten minutes is no reason of what is counted now.
    @Test func oldReasonsFade() throws {
        let monitor = Monitor.watchingNothing()
        for index in 0..<9 {
            let refusal: RefusalReason = index < 6 ? .wrongPassword : .unknownUser
            let at = (index < 6 ? 0 : 500_000) + index * 1_000
            monitor.receive([wire(1, call: index).exchange(1, at: at, refusal, credentials: true)])
        }
        let early = try #require(monitor.overview(atSecond: 520)?.failingUsers.first)
        #expect((early.verdict, early.commonest, early.failures) == (.wrongPassword, 6, 9))
        let late = try #require(monitor.overview(atSecond: 900)?.failingUsers.first)
        #expect((late.verdict, late.commonest, late.failures) == (.unknownUser, 3, 3))
    }

    /// A flood of addresses that come once doesn't push out the one that comes often.
    @Test func heavyOnesSurviveAFloodOfOthers() throws {
        var hitters = HeavyHitters<Int, Int>(capacity: 64)
        for round in 0..<20_000 {
            _ = hitters.note(1_000_000 + round, fresh: 0)
            if round % 20 == 0 {
                let place = hitters.note(7, fresh: 0)
                hitters[place] += 1
            }
        }
        #expect(hitters.entries.count == 64)
        #expect(try #require(hitters.value(of: 7)) > 900)
    }

    @Test func tenMinutesSlide() {
        var counts = TenMinutes()
        for minute in 0..<20 { counts.add(1, at: .zero + .seconds(minute * 60)) }
        #expect(counts.sum(at: .zero + .seconds(19 * 60)) == 10)
        #expect(counts.sum(at: .zero + .seconds(24 * 60)) == 5)
        #expect(counts.sum(at: .zero + .seconds(90 * 60)) == 0)
    }
}
