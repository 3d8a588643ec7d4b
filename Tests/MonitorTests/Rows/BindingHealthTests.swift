import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// LATE and AUTH: how a binding is doing.
struct BindingHealthTests {
    private func facts(granted: UInt32, gap: UInt32, deviation: UInt32) -> BindingFacts {
        BindingFacts(
            cseq: 1,
            createdAt: .zero,
            refreshedAt: .zero,
            expiresAt: .zero + .seconds(Int(granted)),
            asked: granted,
            granted: granted,
            q: nil,
            path: ReceivedFrom(source: Wire().source, local: Wire.local, transport: .udp, at: .zero),
            refreshes: gap == 0 ? 0 : 2,
            usualGap: gap,
            gapDeviation: deviation
        )
    }

    /// Milliseconds after the refresh from which on a binding is late.
    @Test(arguments: [
        // No rhythm yet: the last twentieth.
        (UInt32(60), UInt32(0), UInt32(0), 57_000), (3_600, 0, 0, 3_420_000),
        // A rhythm: gap and three deviations, at least two seconds and a twentieth of the gap.
        (60, 48_000, 1_000, 51_000), (60, 30_000, 100, 32_000), (3_600, 1_800_000, 1_000, 1_890_000),
        (3_600, 1_800_000, 60_000, 1_980_000),
        // Twice within seconds is no rhythm.
        (3_600, 2_000, 1_000, 3_420_000), (3_600, 449_999, 0, 3_420_000), (3_600, 450_000, 0, 472_500),
        // Never after the end.
        (60, 59_000, 2_000, 60_000), (60, 600_000, 0, 60_000),
    ])
    func lateness(granted: UInt32, gap: UInt32, deviation: UInt32, expected: Int) {
        let facts = facts(granted: granted, gap: gap, deviation: deviation)
        #expect(BindingHealth.lateAt(facts) == .zero + .milliseconds(expected))
        let late = Timestamp.zero + .milliseconds(expected)
        #expect(BindingHealth.state(facts, isRefused: false, at: late) == .late)
        #expect(BindingHealth.state(facts, isRefused: false, at: late - .milliseconds(1)) == .ok)
        #expect(BindingHealth.state(facts, isRefused: true, at: late) == .auth)
    }

    /// What is certain outdoes what may be: a connection that ended, silence, a refused login, a late refresh.
    @Test func theMostUrgentStateWins() {
        var facts = facts(granted: 60, gap: 0, deviation: 0)
        let late = Timestamp.zero + .seconds(59)
        facts.reachability.ping = .neverAnswered
        #expect(BindingHealth.state(facts, isRefused: false, at: late) == .late)
        facts.reachability.ping = .stoppedAnswering
        #expect(BindingHealth.state(facts, isRefused: true, at: late) == .silent)
        facts.reachability.connection = .gone
        #expect(BindingHealth.state(facts, isRefused: true, at: late) == .disconnected)
        #expect(BindingState.allCases == [.ok, .late, .auth, .silent, .disconnected, .gone])
    }

    private struct Scene {
        var driver = TableDriver()
        let monitor: Monitor
        let id: BindingID
        var phone = TableDriver.Phone(aor: "9001@example.test")

        init?() {
            phone.source = Wire().source
            guard let id = driver.add(phone) else { return nil }
            self.id = id
            monitor = Monitor.watching(driver.table)
            monitor.settle(at: .zero)
        }

        var row: BindingRow? {
            var session = MonitorSession()
            return monitor.window(for: &session, at: driver.now).rows.first
        }

        mutating func fail(at second: Int) {
            driver.now = .zero + .seconds(second)
            var wire = Wire()
            wire.callID = "f\(second)"
            monitor.receive([wire.exchange(1, at: second * 1_000, .wrongPassword, credentials: true)])
        }

        mutating func refresh(at second: Int) {
            driver.now = .zero + .seconds(second)
            driver.refresh(id, phone)
        }
    }

    @Test func failuresPutABindingInDoubtAndALoginEndsIt() throws {
        var scene = try #require(Scene())
        #expect(scene.row?.state == .ok)
        #expect(scene.row?.tries == 1)
        scene.fail(at: 10)
        scene.fail(at: 11)
        #expect(scene.row?.state == .auth)
        #expect(scene.row?.tries == 2)
        scene.refresh(at: 12)
        scene.monitor.settle(at: scene.driver.now)
        #expect(scene.row?.state == .ok)
        // Two failed before the third went through.
        #expect(scene.row?.tries == 3)
        scene.refresh(at: 40)
        scene.monitor.settle(at: scene.driver.now)
        #expect(scene.row?.tries == 1)
    }

    /// Anybody can guess at a phone's name: from elsewhere that says nothing of the phone.
    @Test func aStrangersFailureIsNoDoubt() throws {
        var scene = try #require(Scene())
        scene.driver.now = .zero + .seconds(10)
        var wire = Wire()
        wire.source = Endpoint(address: IPAddress(ipv4: 0x0909_0909), port: 5_066)
        scene.monitor.receive([wire.exchange(1, at: 10_000, .wrongPassword, credentials: true)])
        scene.monitor.settle(at: scene.driver.now)
        #expect(scene.row?.state == .ok && scene.row?.tries == 1)
        scene.fail(at: 11)
        #expect(scene.row?.state == .auth)
    }

    /// Neither what is refused of a call to it says anything of its login, nor that its own call was.
    @Test(arguments: ["INVITE", "MESSAGE", "SUBSCRIBE"])
    func onlyARegisterPutsItInDoubt(_ method: String) throws {
        var scene = try #require(Scene())
        scene.driver.now = .zero + .seconds(10)
        let wire = Wire()
        scene.monitor.receive([wire.exchange(1, at: 10_000, .methodNotAllowed, method: method)])
        var call = CallDriver()
        (call.from, call.user, call.caller) = ("9001", "9001", wire.source)
        scene.monitor.receiveCalls(call.refused(.notAllowed, .wrongPassword, status: 407, at: 10_100))
        // Somebody behind the same address can't log in to call it.
        var toIt = CallDriver()
        (toIt.number, toIt.callID, toIt.target) = (3, "to-it@caller", "sip:9001@example.test")
        (toIt.from, toIt.user, toIt.caller) = ("4470", "4470", wire.source)
        scene.monitor.receiveCalls(toIt.refused(.notAllowed, .wrongPassword, status: 407, at: 10_200))
        scene.monitor.settle(at: scene.driver.now)
        #expect(scene.row?.state == .ok && scene.row?.tries == 1)
    }

    @Test func aFailureThatIsToldLateIsNoDoubt() throws {
        var scene = try #require(Scene())
        scene.refresh(at: 20)
        scene.driver.now = .zero + .seconds(20)
        var wire = Wire()
        wire.callID = "late"
        scene.monitor.receive([wire.exchange(1, at: 10_000, .wrongPassword, credentials: true)])
        scene.monitor.settle(at: scene.driver.now)
        #expect(scene.row?.state == .ok)
    }

    @Test func aLoginBeforeTheFailureDoesNotEndTheDoubtWhenItIsToldLater() throws {
        var scene = try #require(Scene())
        scene.refresh(at: 20)
        scene.fail(at: 21)
        scene.monitor.settle(at: scene.driver.now)
        #expect(scene.row?.state == .auth)
    }

    @Test func anotherPhoneOfTheSameUserEndsTheDoubtForAll() throws {
        var scene = try #require(Scene())
        scene.fail(at: 5)
        #expect(scene.row?.state == .auth)
        let wire = Wire()
        scene.monitor.receive([wire.exchange(7, at: 6_000, credentials: true)])
        #expect(scene.row?.state == .ok)
    }
}
