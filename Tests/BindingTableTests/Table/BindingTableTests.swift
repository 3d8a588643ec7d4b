import BindingTable
import SIPMessage
import Testing
import Timing

@Suite struct BindingTableTests {
    let table = BindingTable(seed: 42)

    @Test func `keeps every number and text of a binding`() throws {
        let phone = Binding.phone("alice", at: .at(10))
        let id = try #require(table.add(phone))
        var expected = phone
        expected.facts.id = id
        #expect(table.bindings(of: phone.texts.aor, at: .at(11)) == [expected])
        #expect(table.facts(id) == expected.facts)
        #expect(table.text(id, .aor) == phone.texts.aor)
        #expect(table.text(id, .contact) == phone.texts.contact)
        #expect(table.text(id, .contactParameters) == phone.texts.contactParameters)
        #expect(table.text(id, .callID) == phone.texts.callID)
        #expect(table.text(id, .userAgent) == phone.texts.userAgent)
        #expect(table.text(id, .sentBy) == phone.texts.sentBy)
        #expect(table.text(id, .account) == phone.texts.account)
        #expect(id.partition == table.partitionIndex(of: phone.texts.aor.span))
    }

    @Test func `bindings are found by the keyed hash of their address of record alone`() throws {
        let phone = Binding.phone("alice", at: .at(0), expires: 60)
        let first = try #require(table.add(phone))
        let second = try #require(table.add(.phone("alice", host: "192.0.2.8", at: .at(1), expires: 60)))
        _ = table.add(.phone("bob", at: .at(1)))
        let hash = table.hash(phone.texts.aor.span)
        func found(_ hash: UInt64, at now: Timestamp) -> [BindingID] {
            table.withPartition(at: Int(hash >> 56)) { partition -> [BindingID] in
                var facts: [BindingFacts] = []
                partition.current(ofHash: hash, at: now, into: &facts)
                return facts.map(\.id)
            }
        }
        #expect(found(hash, at: .at(2)) == [second, first])
        #expect(
            found(hash ^ 1 << 40, at: .at(2)).isEmpty,
            "the whole hash counts, not only what finds the place"
        )
        #expect(found(hash ^ 1, at: .at(2)).isEmpty)
        #expect(found(hash, at: .at(61)).isEmpty, "overdue ones are absent")
    }

    @Test func `an overdue binding is absent before the timer ran, and its refresh makes a new one`() throws {
        let phone = Binding.phone("alice", at: .at(0), expires: 60)
        let old = try #require(table.add(phone))
        let end = Timestamp.at(60)
        #expect(table.bindings(of: phone.texts.aor, at: end - Interval(nanoseconds: 1)).count == 1)
        #expect(table.bindings(of: phone.texts.aor, at: end) == [])
        let new = try #require(table.add(.phone("alice", cseq: 2, at: end, expires: 60)))
        #expect(new != old)
        #expect(table.bindings(of: phone.texts.aor, at: end).map(\.facts.id) == [new])
        #expect(table.advanceAll(to: end) == 1)
        #expect(table.bindings(of: phone.texts.aor, at: end).map(\.facts.id) == [new])
        #expect(table.binding(old)?.gone == Binding.Departure(cause: .expired, at: end))
    }

    @Test func `a refresh just before the end outlives the timer that was set before it`() throws {
        let id = try #require(table.add(.phone("alice", at: .at(0), expires: 60)))
        let last = Timestamp.at(60) - Interval(nanoseconds: 1)
        #expect(table.update(id, .phone("alice", cseq: 2, at: last, expires: 60)) == 1)
        #expect(table.advanceAll(to: .at(60)) == 0)
        #expect(table.facts(id)?.version == 2)
        #expect(table.advanceAll(to: last + .seconds(60)) == 1)
        #expect(table.facts(id) == nil)
    }

    @Test func `an update that ends earlier expires earlier`() throws {
        let id = try #require(table.add(.phone("alice", at: .at(0), expires: 7_200)))
        table.update(id, .phone("alice", cseq: 2, at: .at(5), expires: 10))
        #expect(table.advanceAll(to: .at(15)) == 1)
    }

    @Test func `an update keeps creation, counts refreshes and learns the rhythm`() throws {
        let id = try #require(table.add(.phone("alice", at: .at(100))))
        table.update(id, .phone("alice", cseq: 2, at: .at(148)))
        let first = try #require(table.facts(id))
        #expect(first.createdAt == .at(100))
        #expect(first.refreshes == 1)
        #expect(first.usualGap == 48_000)
        #expect(first.gapDeviation == 24_000)
        for beat in 2...60 {
            table.update(id, .phone("alice", cseq: UInt32(beat + 1), at: .at(100 + 48 * beat)))
        }
        let steady = try #require(table.facts(id))
        #expect(steady.usualGap == 48_000)
        #expect(steady.gapDeviation <= 4)
        #expect(steady.refreshes == 60)
        #expect(steady.version == 61)
        table.update(id, .phone("alice", cseq: 99, at: steady.refreshedAt + .seconds(56)))
        #expect(table.facts(id)?.usualGap == 49_000)
    }

    @Test func `a phone that registers twice within seconds has no rhythm until it has kept it`() throws {
        let id = try #require(table.add(.phone("alice", at: .at(0), expires: 3_600)))
        #expect(table.facts(id)?.rhythm == nil)
        for beat in 1...3 { table.update(id, .phone("alice", at: .at(2 * beat), expires: 3_600)) }
        #expect(table.facts(id)?.usualGap == 2_000 && table.facts(id)?.rhythm == nil)
        table.update(id, .phone("alice", at: .at(8), expires: 3_600))
        #expect(table.facts(id)?.rhythm == .seconds(2))
        let other = try #require(table.add(.phone("bob", at: .at(0), expires: 3_600)))
        table.update(other, .phone("bob", at: .at(450), expires: 3_600))
        #expect(table.facts(other)?.rhythm == nil, "an eighth of what was granted, once")
        table.update(other, .phone("bob", at: .at(900), expires: 3_600))
        #expect(table.facts(other)?.rhythm == .seconds(450))
        let usual = try #require(table.add(.phone("carol", at: .at(0), expires: 3_600)))
        table.update(usual, .phone("carol", at: .at(1_800), expires: 3_600))
        #expect(table.facts(usual)?.rhythm == .seconds(1_800), "half of it is plausible at once")
    }

    @Test(
        "A phone that comes again at once, as after our restart, has that for no rhythm when it comes as ever"
    )
    func aRestartIsNoRhythm() throws {
        let id = try #require(table.add(.phone("alice", at: .at(0), expires: 109)))
        var at = 0
        for (gap, rhythm) in [(17, nil), (90, 90), (90, 90)] as [(Int, Int?)] {
            at += gap
            table.update(id, .phone("alice", at: .at(at), expires: 109))
            #expect(table.facts(id)?.rhythm == rhythm.map { .seconds($0) })
        }
        // Once it is known, one gap changes it by an eighth.
        table.update(id, .phone("alice", at: .at(at + 10), expires: 109))
        #expect(table.facts(id)?.rhythm == .seconds(80))
    }

    @Test func `a rhythm of years does not trap`() throws {
        let id = try #require(table.add(.phone("alice", at: Timestamp(nanoseconds: .min))))
        table.update(id, .phone("alice", at: Timestamp(nanoseconds: .max)))
        table.update(id, .phone("alice", at: Timestamp(nanoseconds: .min)))
        #expect(table.facts(id)?.usualGap == .max)
    }

    @Test func `an undo keeps expiry, creation and counters under a new id`() throws {
        let id = try #require(table.add(.phone("alice", at: .at(0), expires: 600)))
        table.update(id, .phone("alice", cseq: 2, at: .at(50), expires: 600))
        let before = try #require(table.binding(id))
        table.remove(id, .evictedByOperator, at: .at(60))
        let tombstone = try #require(table.tombstone(id))
        #expect(tombstone.facts == before.facts)
        #expect(tombstone.texts == before.texts)
        let restored = try #require(table.add(tombstone, .restored, at: .at(70)))
        #expect(restored != id)
        var facts = try #require(table.facts(restored))
        facts.id = id
        #expect(facts == before.facts)
        #expect(table.advanceAll(to: .at(650)) == 1)
    }

    @Test func `a rollback puts the earlier numbers back and still counts as a change`() throws {
        let id = try #require(table.add(.phone("alice", at: .at(0))))
        let before = try #require(table.binding(id))
        table.update(id, .phone("alice", callID: "other", cseq: 9, at: .at(50)))
        table.update(id, before, .rolledBack)
        var after = try #require(table.binding(id))
        #expect(after.facts.version == 3)
        after.facts.version = before.facts.version
        #expect(after == before)
    }

    @Test func `every change is counted by its cause, exactly`() throws {
        let alice = try #require(table.add(.phone("alice", at: .at(0))))
        _ = try #require(table.add(.phone("bob", at: .at(0), expires: 60)))
        for second in 1...5 { table.update(alice, .phone("alice", at: .at(second))) }
        table.remove(alice, at: .at(10))
        // There is nothing left to remove.
        table.remove(alice, at: .at(11))
        table.advanceAll(to: .at(61))
        let counts = Dictionary(uniqueKeysWithValues: table.changeCounts().map { ($0.cause, $0.count) })
        #expect(counts.count == Cause.allCases.count)
        #expect(counts.values.reduce(0, +) == 9)
        #expect(counts[.registered] == 2 && counts[.expired] == 1)
    }

    @Test func `tombstones go at their own expiry, not before thirty seconds`() throws {
        let long = try #require(table.add(.phone("alice", at: .at(0), expires: 600)))
        let short = try #require(table.add(.phone("bob", at: .at(0), expires: 60)))
        table.remove(long, at: .at(10))
        table.advanceAll(to: .at(61))
        #expect(table.tombstone(short)?.gone?.cause == .expired)
        table.advanceAll(to: .at(90))
        #expect(table.tombstone(short) != nil)
        table.advanceAll(to: .at(91))
        #expect(table.tombstone(short) == nil)
        table.advanceAll(to: .at(600) - Interval(nanoseconds: 1))
        #expect(table.tombstone(long) != nil)
        table.advanceAll(to: .at(600))
        #expect(table.tombstone(long) == nil)
        #expect(table.binding(long) == nil)
    }

    @Test(arguments: [0, 1, 10])
    func `the memory of those that left is bounded, and their news is not`(maximum: Int) throws {
        let table = BindingTable(seed: 1, maximumTombstones: maximum)
        var ids: [BindingID] = []
        for number in 0..<500 {
            let id = try #require(table.add(.phone("user\(number)", at: .at(0))))
            ids.append(id)
            table.remove(id, at: .at(1))
            #expect(table.tombstoneCount <= maximum)
        }
        let news = table.news()
        #expect(Set(news.map(\.id)) == Set(ids))
        #expect(news.allSatisfy { $0.isNew && $0.cause == .unregistered })
    }

    @Test func `an id stays dead when its slot has another tenant`() throws {
        let table = BindingTable(seed: 3, maximumTombstones: 0)
        var dead: Set<BindingID> = []
        for round in 0..<200 {
            let id = try #require(table.add(.phone("alice", at: .at(round))))
            #expect(!dead.contains(id))
            table.remove(id, at: .at(round))
            _ = table.news()
            dead.insert(id)
            for old in dead {
                #expect(table.facts(old) == nil)
                #expect(table.binding(old) == nil)
                #expect(table.text(old, .contact) == nil)
                #expect(table.update(old, .phone("alice", at: .at(round))) == 0)
                #expect(table.remove(old, at: .at(round)) == 0)
            }
        }
        #expect(Set(dead.map(\.slot)).count < 10)
    }

    @Test(
        arguments: [0, 1, 0xff_ffff_ffff_ffff, .max, 0x0000_0001_0000_0000, 0x2a00_0001_ffff_ffff] as [UInt64]
    )
    func `ids that mean nothing give nothing`(rawValue: UInt64) {
        _ = table.add(.phone("alice", at: .at(0)))
        let id = BindingID(rawValue: rawValue)
        if table.binding(id) == nil {
            #expect(table.facts(id) == nil)
            #expect(table.tombstone(id) == nil)
            #expect(table.text(id, .aor) == nil)
            #expect(table.remove(id, at: .at(0)) == 0)
        }
    }

    @Test func `changes meant for another partition add nothing`() {
        let phone = Binding.phone("alice", at: .at(0))
        let flat = FlatTexts(phone.texts)
        let wrong = (table.partitionIndex(of: phone.texts.aor.span) + 1) % 256
        let made = table.withPartition(at: wrong) { partition in
            partition.apply(
                [.add(phone.facts, flat.ranges, .registered)],
                aor: phone.texts.aor.span,
                texts: flat.bytes.span,
                at: .at(0),
            )
        }
        #expect(made == 0)
        #expect(table.bindingCount == 0)
    }

    @Test func `ranges outside of the texts are empty texts`() throws {
        let phone = Binding.phone("alice", at: .at(0))
        let far = ByteRange(start: 65_000, count: 65_000)
        let ranges = BindingTextRanges(
            contact: far,
            contactParameters: far,
            callID: far,
            userAgent: far,
            sentBy: far,
            account: far
        )
        var ids: [BindingID] = []
        table.withPartition(of: phone.texts.aor.span) { partition in
            let short: [UInt8] = [1, 2, 3]
            _ = partition.apply(
                [.add(phone.facts, ranges, .registered)],
                aor: phone.texts.aor.span,
                texts: short.span,
                at: .at(0),
                added: &ids
            )
        }
        let id = try #require(ids.first)
        #expect(table.binding(id)?.texts == BindingTexts(aor: phone.texts.aor, contact: [], callID: []))
    }

    @Test func `several changes of one list are applied in their order`() throws {
        let aor = Array("alice@example.com".utf8)
        let desk = Binding.phone("alice", at: .at(0))
        let soft = Binding.phone("alice", host: "198.51.100.4", at: .at(0))
        var ids: [BindingID] = []
        let deskTexts = FlatTexts(desk.texts)
        table.withPartition(of: aor.span) { partition in
            let changes: [BindingChange] = [
                .add(desk.facts, deskTexts.ranges, .registered),
                .add(soft.facts, deskTexts.ranges, .registered),
            ]
            let made = partition.apply(
                changes,
                aor: aor.span,
                texts: deskTexts.bytes.span,
                at: .at(0),
                added: &ids
            )
            #expect(made == 2)
            var current: [BindingID] = []
            partition.current(of: aor.span, at: .at(0), into: &current)
            #expect(current == ids.reversed())
        }
        #expect(table.bindingCount == 2)
        #expect(table.addressOfRecordCount == 1)
        table.update(ids[0], desk)
        #expect(table.bindings(of: aor, at: .at(1)).map(\.facts.id) == ids)
        table.remove(ids[1], at: .at(1))
        #expect(table.addressOfRecordCount == 1)
        table.remove(ids[0], at: .at(1))
        #expect(table.addressOfRecordCount == 0)
    }

    @Test func `news comes once a binding, in limits, latest cause with isNew kept`() throws {
        var ids: [BindingID] = []
        for number in 0..<100 { ids.append(try #require(table.add(.phone("user\(number)", at: .at(0))))) }
        table.update(ids[3], .phone("user3", at: .at(5)))
        var taken: [DirtyBinding] = []
        #expect(table.takeDirty(limit: 30, into: &taken))
        #expect(taken.count == 30)
        #expect(table.takeDirty(limit: 0, into: &taken))
        #expect(taken.count == 30)
        #expect(table.takeDirty(limit: 69, into: &taken))
        #expect(!table.takeDirty(limit: 1, into: &taken))
        #expect(Set(taken.map(\.id)) == Set(ids))
        #expect(taken.contains(DirtyBinding(id: ids[3], cause: .refreshed, isNew: true)))
        table.update(ids[3], .phone("user3", at: .at(6)), .moved)
        #expect(table.news() == [DirtyBinding(id: ids[3], cause: .moved, isNew: false)])
        #expect(table.news() == [])
    }

    @Test func `news that comes faster than it is taken starves no partition`() {
        var waiting: Set<BindingID> = []
        var phones: [BindingID: Binding] = [:]
        for number in 0..<1_000 {
            let phone = Binding.phone("user\(number)", at: .at(0))
            guard let id = table.add(phone) else { continue }
            waiting.insert(id)
            phones[id] = phone
        }
        for _ in 0..<12 {
            var taken: [DirtyBinding] = []
            _ = table.takeDirty(limit: 100, into: &taken)
            for change in taken {
                waiting.remove(change.id)
                if let phone = phones[change.id] { table.update(change.id, phone) }
            }
        }
        #expect(waiting.isEmpty)
    }

    @Test func `a table without a reader of its news keeps none`() throws {
        let table = BindingTable(seed: 1, tracksChanges: false)
        _ = try #require(table.add(.phone("alice", at: .at(0))))
        #expect(table.news() == [])
    }

    @Test func `each share of the partitions advances in bounded steps and says when again`() throws {
        for number in 0..<2_000 { _ = table.add(.phone("user\(number)", at: .at(0), expires: 60)) }
        #expect(table.advance(share: 0, of: 2, to: .at(10), limit: 4) <= .at(60))
        #expect(table.bindingCount == 2_000)
        #expect(table.advance(share: 0, of: 2, to: .at(60), limit: 1) <= .at(60))
        #expect(table.bindingCount >= 2_000 - 1)
        while table.advance(share: 0, of: 2, to: .at(60), limit: 64) <= .at(60) {}
        let left = table.bindingCount
        #expect(left > 600 && left < 1_400)
        while table.advance(share: 1, of: 2, to: .at(60), limit: 64) <= .at(60) {}
        #expect(table.bindingCount == 0)
        let again = table.advance(share: 0, of: 1, to: .at(60), limit: 64)
        #expect(again > .at(60) && again <= .at(90))
        table.advanceAll(to: .at(90))
        #expect(table.advance(share: 0, of: 1, to: .at(90), limit: 64) == .distantFuture)
    }

    @Test func `the longest expiry that the grammar knows is kept to the nanosecond`() throws {
        let id = try #require(table.add(.phone("alice", at: .at(7), expires: 4_294_967_295)))
        let end = Timestamp.at(7) + .seconds(4_294_967_295)
        #expect(table.facts(id)?.expiresAt == end)
        table.advanceAll(to: end - Interval(nanoseconds: 1))
        #expect(table.facts(id) != nil)
        table.advanceAll(to: end)
        #expect(table.facts(id) == nil)
    }
}
