import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// Messages of calls become attempts of another kind.
struct CallFlowsTests {
    private let call = CallDriver()

    @Test func aForkedCallIsOneRowWithALegForEachPhone() throws {
        let monitor = Monitor.watchingNothing()
        monitor.receiveCalls(call.answered)
        let row = try #require(try monitor.rows(.calls).first)
        let shown = try #require(row.call)
        #expect(row.aor == "4417@example.test" && row.method == "INVITE" && row.agent == "Softphone")
        #expect(shown.caller == "4470@example.test")
        #expect(shown.verdict == .answered && shown.status == 200 && row.word == "answered")
        #expect(shown.legs.map(\.status) == [486, 200] && shown.legs.map(\.copies) == [2, 1])
        #expect(shown.legs.map(\.target) == ["sip:phone1@10.0.0.1", "sip:phone2@10.0.0.2"])
        #expect(shown.legs.map(\.path.transport) == [.udp, .tcp])
        #expect(row.endedAt - row.startedAt == .milliseconds(4_001))
    }

    @Test func callsThatAListLeavesOutAreCounted() throws {
        let monitor = Monitor.watchingNothing()
        monitor.receive([Wire().exchange(1, at: 0)])
        monitor.receiveCalls(call.answered)
        func window(_ filter: Filter?, _ kind: RequestKind) -> Window {
            let subject = WindowQuery.Subject.attempts(filter: filter, failuresOnly: false, kind: kind)
            return monitor.answer(WindowQuery(subject: subject, height: 9), at: .zero)
        }
        #expect(window(nil, .registrations).hidden == 1 && window(nil, .registrations).total == 1)
        #expect(window(nil, .all).hidden == nil && window(nil, .calls).hidden == nil)
        #expect(window(try Filter("9001", for: .attempts), .registrations).hidden == nil)
    }

    @Test func whatGoesOnIsWaitedFor() throws {
        let monitor = Monitor.watchingNothing()
        monitor.receiveCalls(Array(call.answered.prefix(5)))
        let row = try #require(try monitor.rows(.calls).first)
        #expect(row.call?.verdict == nil && row.verdict == .waiting && !row.isFailure)
    }

    /// A list of tries to register holds none, unless its filter asks for what calls have.
    @Test(arguments: [
        ("", 1), ("method:INVITE", 1), ("result:answered", 1), ("leg:198.51.100.2", 1), ("leg:phone1", 1),
        ("leg:phone9", 0), ("method:register", 1), ("result:busy", 0), ("code=486 method:invite", 1),
        ("who:4470 method:invite", 1), ("result:call-failed", 0), ("caller:4470", 1),
        ("caller=4417@example.test", 0), ("result:answ", 1),
    ])
    func listsAndFilters(text: String, count: Int) throws {
        let monitor = Monitor.watchingNothing()
        monitor.receive([Wire().exchange(1, at: 0)])
        monitor.receiveCalls(call.answered)
        let rows = try monitor.rows(.registrations, text)
        #expect(rows.count == count, "\(text)")
        let isOfCalls = !text.isEmpty && text != "method:register"
        #expect(rows.allSatisfy { ($0.call != nil) == isOfCalls })
        #expect(try monitor.rows(.all).count == 2 && monitor.rows(.calls).count == 1)
    }

    /// A bare word is looked for at both ends, and a page of either has the call.
    @Test func aCallIsFoundByWhoCalls() throws {
        let monitor = Monitor.watchingNothing()
        monitor.receive([Wire().exchange(1, at: 0)])
        monitor.receiveCalls(call.answered)
        for text in ["4470", "4417"] {
            #expect(try monitor.rows(.calls, text).count == 1, "\(text)")
        }
        #expect(try monitor.rows(.calls, "4999").isEmpty)
        for name in ["4470@example.test", "4417@example.test"] {
            let kept = monitor.flows.history(of: Array(name.utf8), callID: []).attempts
            #expect(kept.count { $0.call != nil } == 1, "\(name)")
        }
        #expect(monitor.flows.history(of: Array("4999@example.test".utf8), callID: []).attempts.isEmpty)
    }

    @Test func failuresOfCallsAreThoseThatReachedNobody() throws {
        let monitor = Monitor.watchingNothing()
        let verdicts = CallVerdict.allCases
        for (place, verdict) in verdicts.enumerated() {
            var call = call
            (call.number, call.callID) = (UInt64(place + 1), "c\(place)@caller")
            monitor.receiveCalls([
                call.message(0, out: false, at: place * 10),
                call.message(0, out: true, 400, at: place * 10 + 1, verdict: verdict),
            ])
        }
        let failed = try monitor.rows(.calls, failuresOnly: true).compactMap { $0.call?.verdict }
        #expect(failed == [.noBinding, .unknown, .deadContact, .loop, .notAllowed, .failed])
        #expect(try monitor.rows(.calls, "result:fail").compactMap { $0.call?.verdict } == failed)
        for verdict in verdicts {
            let rows = try monitor.rows(.calls, "result:\(verdict.filterWord)")
            #expect(rows.map { $0.call?.verdict } == [verdict])
        }
    }

    /// INVITE, the same with a password, ACK and BYE are one row; what follows does not change how it ended.
    @Test func aDialogIsOneRow() throws {
        let monitor = Monitor.watchingNothing()
        var call = call
        monitor.receiveCalls([
            call.message(0, out: false, at: 0),
            call.message(0, out: true, 407, at: 1, verdict: .challenged, refusal: .challenge),
        ])
        (call.number, call.cseq) = (2, 2)
        monitor.receiveCalls(call.answered)
        (call.number, call.cseq, call.toTag) = (3, 3, ";tag=b")
        (call.method, call.word) = (.bye, "BYE")
        // The phone hangs up: its BYE comes from where leg 2 went.
        call.caller = CallDriver.phone(2)
        let bye = call.message(0, out: false, at: 9_000)
        guard case .call(var hung, let bytes) = bye else { return }
        hung.path.transport = .tcp
        monitor.receiveCalls([.call(hung, bytes: bytes)])
        let rows = try monitor.rows(.calls)
        #expect(rows.count == 1)
        #expect(rows.first?.call?.verdict == .answered && rows.first?.method == "INVITE")
        #expect(rows.first?.call?.legs.count == 2)
        let detail = try #require(try monitor.firstCall())
        #expect(detail.messages.first?.summary == "INVITE 1")
        let last = try #require(detail.messages.last)
        #expect(last.summary == "BYE 3" && last.leg == 2 && last.isOutgoing == false)
    }

    @Test func anotherCallOfTheSameCallIDIsAnotherRow() throws {
        let monitor = Monitor.watchingNothing()
        var call = call
        monitor.receiveCalls(call.answered)
        (call.number, call.cseq) = (2, 2)
        monitor.receiveCalls(call.answered)
        #expect(try monitor.rows(.calls).count == 2)
    }

    @Test func retransmissionsShareTheirBytes() throws {
        let monitor = Monitor.watchingNothing()
        monitor.receiveCalls(Array(call.answered.prefix(4)))
        let before = monitor.memory.attemptBytes
        monitor.receiveCalls((0..<200).map { call.message(1, out: true, at: 1_000 + $0, again: true) })
        let detail = try #require(try monitor.firstCall())
        let again = detail.messages.filter(\.isRetransmission)
        #expect(again.count == Attempt.maximumRetransmissions && again.allSatisfy { !$0.bytes.isEmpty })
        #expect(detail.row.call?.legs.first?.copies == 201)
        #expect(monitor.memory.attemptBytes < before + 4_096)
        let page = monitor.messages(MessagesQuery(kind: .calls), at: .zero)
        let messages = try #require(page.attempts.first?.messages)
        #expect(messages.filter { $0.repeats != nil }.count == again.count)
    }

    /// What a capture needs: the two ends and the transport of each leg.
    @Test func messagesHaveTheEndsOfTheirLegs() throws {
        let monitor = Monitor.watchingNothing()
        monitor.receiveCalls(call.answered)
        #expect(monitor.messages(MessagesQuery(), at: .zero).attempts.isEmpty)
        let messages = try #require(monitor.messages(MessagesQuery(kind: .calls), at: .zero).attempts.first)
            .messages
        let ringing = messages[6]
        #expect(ringing.from == CallDriver.phone(2) && ringing.to == Wire.local && ringing.transport == .tcp)
        #expect(ringing.cameIn && !ringing.isRequest)
        #expect(
            messages[2].from == Wire.local && messages[2].to == CallDriver.phone(1) && !messages[2].cameIn
        )
    }

    @Test func theyShareTheBudgetOfAttempts() throws {
        var limits = MonitorLimits()
        (limits.attempts, limits.attemptBytes) = (64, 1 << 20)
        let monitor = Monitor.watchingNothing(limits: limits)
        for number in 1...5_000 {
            var call = call
            (call.number, call.callID) = (UInt64(number), "c\(number)@caller")
            monitor.receiveCalls(call.answered)
        }
        #expect(monitor.memory.attempts <= 64 && monitor.flows.calls.count <= 64)
        #expect(try monitor.rows(.calls).count == monitor.flows.store.count(of: .calls))
    }

    /// Without its beginning nothing can be said of a call; numbers out of the world harm nobody.
    @Test func whatHasNoBeginningIsDropped() throws {
        let monitor = Monitor.watchingNothing()
        monitor.receiveCalls(Array(call.answered.dropFirst()))
        #expect(try monitor.rows(.all).isEmpty)
        monitor.receiveCalls([call.message(0, out: false, at: 0), call.message(255, out: true, at: 1)])
        #expect(try monitor.rows(.calls).first?.call?.legs.count == 1)
        for leg in 1..<255 { monitor.receiveCalls([call.message(leg, out: true, at: leg)]) }
        #expect(try monitor.rows(.calls).first?.call?.legs.count == CallRecord.maximumColumns - 1)
    }

    @Test func outcomesAreCounted() throws {
        let monitor = Monitor.watchingNothing()
        monitor.receiveCalls(call.answered)
        var other = call
        (other.number, other.callID) = (2, "other@caller")
        monitor.receiveCalls(other.refused(.noBinding, .noBinding, status: 480, at: 5_000))
        var options = call
        (options.number, options.callID, options.method, options.word) = (3, "o@caller", .options, "OPTIONS")
        monitor.receiveCalls(options.refused(.noBinding, .noBinding, status: 480, at: 5_000))
        let overview = try #require(monitor.overview(atSecond: 8))
        #expect(overview.calls == [CallCount(.answered, 1), CallCount(.noBinding, 1)])
        #expect(overview.callRate > 0 && overview.verdicts.isEmpty)
    }

    /// Somebody who tries to have calls passed on to strangers is a suspect; a phone that finds nobody is none.
    @Test func refusalsAreFailuresOfTheirSource() throws {
        let monitor = Monitor.watchingNothing()
        for number in 1...5 {
            var call = call
            (call.number, call.callID) = (UInt64(number), "c\(number)@caller")
            monitor.receiveCalls(call.refused(.notAllowed, .notARelay, status: 403, at: number * 10))
        }
        #expect(monitor.sources.record(of: call.caller.address, at: .zero + .seconds(1)).failures == 5)
        let innocent = Monitor.watchingNothing()
        innocent.receiveCalls(call.refused(.noBinding, .noBinding, status: 480))
        #expect(innocent.sources.record(of: call.caller.address, at: .zero + .seconds(1)).failures == 0)
    }
}
