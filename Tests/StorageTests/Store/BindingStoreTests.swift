import BindingTable
import GRDB
import Glibc
import SIPMessage
import Synchronization
import Testing
import Timing

@testable import Storage

@Suite struct BindingStoreTests {
    @Test func `a new file is for its owner alone, in WAL mode, and marked as ours`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        try office.register(.phone("a", at: office.clock.now))
        for ending in ["", "-wal", "-shm"] {
            var status = stat()
            #expect(stat(folder.database + ending, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
        #expect(try folder.values("PRAGMA journal_mode") == ["wal"])
        #expect(try folder.values("PRAGMA application_id") == [Schema.applicationID])
        office.store.close()
    }

    @Test func `seed and secret are the same at every start`() throws {
        let folder = try Folder()
        let first = try Office(folder)
        let identity = first.store.identity
        first.store.close()
        let second = try Office(folder)
        #expect(second.store.identity == identity)
        #expect(identity.secret.count == 32)
        #expect(Set(identity.secret).count > 4)
        second.store.close()
        let other = try Office(try Folder())
        #expect(other.store.identity != identity)
        other.store.close()
    }

    @Test func `every field comes back, texts that are no UTF-8 included`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        let now = office.clock.now
        var binding = Binding.phone("x", at: now)
        binding.texts = BindingTexts(
            aor: [0xff, 0x40, 0x61],
            contact: Array("sip:x@h".utf8) + [0, 0x80],
            contactParameters: Array(";+sip.instance=\"<urn:uuid:1>\"".utf8),
            callID: Array("ü€".utf8),
            userAgent: Array("Gerät 3".utf8),
            sentBy: [],
            account: Array("x".utf8),
            path: Array("<sip:p1;lr>, <sip:p2;lr>".utf8),
            peer: Array("example.net".utf8),
            numbers: Array("+49301*".utf8),
        )
        binding.facts = BindingFacts(
            version: .max,
            cseq: .max,
            callIDHash: .max,
            branchHash: 1 << 63,
            createdAt: now + .seconds(-500),
            refreshedAt: now + Interval(nanoseconds: -1),
            expiresAt: now + Interval(nanoseconds: 3_600_000_000_001),
            asked: .max,
            granted: .max,
            q: 0,
            regID: .max,
            instanceHash: .max,
            path: ReceivedFrom(
                source: Endpoint(address: IPAddress(ipv6High: 0x2001_0db8 << 32, low: 1), port: 65_535),
                local: Endpoint(address: IPAddress(ipv6High: 0, low: 1), port: 0),
                transport: .wss,
                connection: ConnectionID(rawValue: 77),
                tls: .tls13,
                at: now + Interval(nanoseconds: -1),
            ),
            badges: [.nat, .reuseRefused],
            refreshes: .max,
            usualGap: .max,
            gapDeviation: .max,
        )
        let id = try office.register(binding)
        var stored = try #require(office.table.binding(id))
        office.store.close()
        let again = try Office(folder, clock: office.clock)
        stored.facts.path.connection = .none
        #expect(again.table.binding(id) == stored)
        #expect(again.report.bindings == 1)
        again.store.close()
    }

    @Test func `what pings told comes back with the next change of the binding`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        let id = try office.register(.phone("a", at: office.clock.now))
        let texts = Binding.phone("a", at: office.clock.now).texts
        office.make({ _ in [.observe(id, .answered(roundTrip: 4_321))] }, texts, waits: false)
        #expect(try office.refresh(id) == true)
        office.store.close()
        let again = try Office(folder, clock: office.clock)
        let reachability = again.table.facts(id)?.reachability
        #expect(reachability?.ping == .answering)
        #expect(reachability?.roundTrip == 4_321)
        again.store.close()
    }

    @Test func `after a reboot with another monotonic clock everything ends at the same wall time`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        let id = try office.register(.phone("a", at: office.clock.now, expires: 600))
        office.store.close()
        let clock = HandClock(seconds: 5, wall: 1_764_000_060)
        let again = try Office(folder, clock: clock)
        #expect(again.table.facts(id)?.expiresAt == .zero + .seconds(545))
        #expect(again.table.facts(id)?.createdAt == .zero + .seconds(-55))
        again.store.close()
    }

    @Test func `a binding whose time ran out is never loaded, and the history says when it ended`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        try office.register(.phone("short", at: office.clock.now, expires: 60))
        try office.register(.phone("long", at: office.clock.now, expires: 7_200))
        office.store.close()
        let clock = HandClock(wall: 1_764_000_060)
        let again = try Office(folder, clock: clock)
        #expect(again.report.expired == 1)
        #expect(again.report.bindings == 1)
        #expect(again.table.bindingCount == 1)
        #expect(try again.wait(folder) { try Int.fetchOne($0, sql: "SELECT count(*) FROM binding") == 1 })
        again.store.close()
        let last = try folder.read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM history ORDER BY number DESC LIMIT 1")
        }
        #expect(last?["cause"] == "expired")
        #expect(last?["gone"] == 1)
        #expect(last?["at"] == 1_764_000_060_000_000_000)
    }

    @Test func `what the caller drops at start doesn't come back, and the history says why`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        for user in ["a", "b", "c"] { try office.register(.phone(user, at: office.clock.now)) }
        office.store.close()
        let again = try Office(folder, clock: office.clock) { binding in
            binding.facts.badges.insert(.outbound)
            return binding.texts.account == Array("b".utf8) ? .drop(.connectionLost) : .keep
        }
        #expect(again.report.dropped == 1)
        #expect(again.table.bindingCount == 2)
        #expect(again.bindings().values.allSatisfy { $0.facts.badges.contains(.outbound) })
        #expect(try again.wait(folder) { try Int.fetchOne($0, sql: "SELECT count(*) FROM binding") == 2 })
        again.store.close()
        #expect(try folder.values("SELECT cause FROM history WHERE gone") == ["connection-lost"])
    }

    @Test func `a departure can be undone after a restart until its own end`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        let id = try office.register(.phone("a", at: office.clock.now, expires: 600))
        let other = try office.register(.phone("b", at: office.clock.now, expires: 10))
        office.clock.go(.seconds(5))
        try office.remove(id, .evictedByOperator, by: "kl@local")
        try office.remove(other, .evictedByOperator)
        let tombstone = try #require(office.table.tombstone(id))
        office.store.close()
        office.clock.go(.seconds(60))
        let again = try Office(folder, clock: office.clock)
        #expect(again.report.departures == 1)
        #expect(again.table.bindingCount == 0)
        #expect(again.table.tombstone(id) == tombstone)
        #expect(again.table.tombstone(other) == nil)
        again.store.close()
    }

    @Test func `a refresh whose row is missing writes the whole row`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        let id = try office.register(.phone("a", at: office.clock.now))
        try office.pragma("DELETE FROM binding")
        #expect(try office.refresh(id) == true)
        let known = office.table.binding(id)
        office.store.close()
        #expect(try folder.count("history") == 1)
        let again = try Office(folder, clock: office.clock)
        #expect(again.table.binding(id) == known)
        again.store.close()
    }

    @Test func `closing answers everything that was queued, and what comes later is refused`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        var tokens: [UInt64] = []
        for number in 0..<5_000 {
            let binding = Binding.phone("user\(number)", at: office.clock.now)
            tokens.append(office.make({ [.add(binding.facts, $0.ranges, .registered)] }, binding.texts).token)
        }
        office.store.close()
        #expect(tokens.allSatisfy { office.answers[$0] == true })
        #expect(office.store.health.queued == 0)
        #expect(office.store.health.changes == 5_000)
        let late = Binding.phone("late", at: office.clock.now)
        let token = office.make({ [.add(late.facts, $0.ranges, .registered)] }, late.texts).token
        #expect(office.answers[token] == false)
        #expect(try folder.count("binding") == 5_000)
    }

    @Test func `tickets of a binding are written in their order`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        let binding = Binding.phone("a", at: office.clock.now)
        let id = office.make({ [.add(binding.facts, $0.ranges, .registered)] }, binding.texts, waits: false)
            .added
        for cseq in 2...100 as ClosedRange<UInt32> {
            var facts = binding.facts
            facts.cseq = cseq
            office.make({ [.update(id[0], facts, $0.ranges, .refreshed)] }, binding.texts, waits: false)
        }
        office.store.close()
        #expect(try folder.values("SELECT cseq FROM binding") == [100])
        #expect(try folder.values("SELECT refreshes FROM binding") == [99])
    }

    @Test func `blocks and drain survive, but for those whose time is over`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        let now = office.clock.now
        let by = OperatorIdentity(user: "kl", from: "198.51.100.7", terminal: "pts/3")
        func block(_ subject: BlockSubject, _ until: Timestamp?) -> Block {
            Block(subject: subject, until: until, reason: "flood", by: by, since: now)
        }
        let blocks = [
            block(.aor([0xff, 0x61]), nil),
            block(.source(IPAddress(ipv6High: 0x2001_0db8 << 32, low: 9)), now + .seconds(900)),
            block(.source(IPAddress(ipv4: 0xc000_0201)), now + .seconds(30)),
        ]
        let drain = Drain(until: nil, reason: "new rack", by: by, since: now)
        office.store.keep(blocks: [], drain: nil)
        office.store.keep(blocks: blocks, drain: drain)
        office.store.close()
        office.clock.go(.seconds(60))
        let again = try Office(folder, clock: office.clock)
        let kept = again.store.kept(at: office.clock.read())
        #expect(kept.blocks == Array(blocks.prefix(2)))
        #expect(kept.drain == drain)
        again.store.keep(blocks: [], drain: nil)
        again.store.close()
        let last = try Office(folder, clock: office.clock)
        #expect(last.store.kept(at: office.clock.read()).blocks.isEmpty)
        #expect(last.store.kept(at: office.clock.read()).drain == nil)
        last.store.close()
    }

    @Test func `a power-safe store syncs every commit`() throws {
        for (durability, level) in [(StoreOptions.Durability.process, 1), (.power, 2)] {
            let folder = try Folder()
            let office = try Office(folder, options: StoreOptions(durability: durability))
            #expect(try office.value("PRAGMA synchronous") == level)
            office.store.close()
        }
    }

    @Test func `after a jump of the wall clock all rows are written with the new one`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        try office.register(.phone("a", at: office.clock.now, expires: 600))
        let gone = try office.register(.phone("b", at: office.clock.now, expires: 600))
        try office.remove(gone, .evictedByOperator)
        let old: [Int64] = try folder.values("SELECT expires_at FROM departed")
        let before = try folder.read { try Int64.fetchOne($0, sql: "SELECT expires_at FROM binding") ?? 0 }
        office.clock.set(wall: 1_764_003_600)
        office.store.clockWasSet(by: .seconds(3_600))
        let expected = before + 3_600_000_000_000
        #expect(
            try office.wait(folder) { database in
                try Int64.fetchOne(database, sql: "SELECT expires_at FROM binding") == expected
            }
        )
        #expect(try folder.values("SELECT expires_at FROM departed") == old.map { $0 + 3_600_000_000_000 })
        office.store.close()
    }

    @Test func `an end that was moved at a start is there at the next one`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        let id = try office.register(.phone("a", at: office.clock.now, expires: 60))
        office.store.close()
        let lifted = office.clock.now + .seconds(300)
        let again = try Office(folder, clock: office.clock) { binding in
            binding.facts.expiresAt = lifted
            return .keep
        }
        again.store.waitForTurn()
        let wall = office.clock.read().wall(at: lifted).nanoseconds
        #expect(try folder.values("SELECT expires_at FROM binding") == [wall], "written while it runs")
        again.store.close()
        office.clock.go(.seconds(100))
        let last = try Office(folder, clock: office.clock)
        #expect(last.table.binding(id)?.facts.expiresAt == lifted)
        last.store.close()
    }
}
