import BindingTable
import SIPMessage
import Storage
import Support
import Testing
import Timing

@Suite("What the journal tells")
struct HistoryReaderTests {
    private static let alice = Array("alice@example.com".utf8), bob = Array("bob@example.com".utf8)
    private static let contact = Array("sip:alice@10.0.0.7:5060;ob".utf8)

    /// Registers, refreshes, moves, and is evicted.
    private func life(_ phones: Phones) throws -> BindingID {
        let id = try #require(
            phones.register(Self.alice, contact: Self.contact, from: Phones.source(7))
        )
        for _ in 0..<3 {
            phones.pass(.seconds(48))
            phones.refresh(id, Self.alice, contact: Self.contact, from: Phones.source(7))
        }
        phones.pass(.seconds(50))
        phones.refresh(id, Self.alice, contact: Self.contact, from: Phones.source(8), moved: true)
        phones.pass(.seconds(10))
        phones.remove(id, Self.alice, .evictedByOperator, by: "kl@198.51.100.7")
        return id
    }

    @Test("Made, moved, left: newest first, with who, from where and how long; refreshes are only counted")
    func aLife() throws {
        let phones = try Phones()
        let begin = phones.wall
        let id = try life(phones)
        let page = try phones.reader.page(HistoryQuery(aor: Self.alice))
        #expect(page.entries.map(\.cause) == [.evictedByOperator, .moved, .registered])
        #expect(page.entries.allSatisfy { $0.binding.id == id && $0.binding.aor == Self.alice })
        #expect(page.oldest == begin && page.refusal == nil)
        let (left, moved, made) = (page.entries[0], page.entries[1], page.entries[2])
        #expect(left.at == begin + .seconds(204) && left.by == "kl@198.51.100.7")
        #expect(left.binding.createdAt == begin && left.binding.refreshes == 4)
        #expect(left.binding.source == Phones.source(8) && left.movedFrom == nil)
        #expect(moved.at == begin + .seconds(194) && moved.movedFrom == Phones.source(7) && moved.by.isEmpty)
        #expect(moved.binding.source == Phones.source(8))
        #expect(made.binding.contact == Self.contact && made.binding.source == Phones.source(7))
        #expect(made.at == begin && made.binding.expiresAt == begin + .seconds(60))
    }

    @Test("Of one address of record, in a span of time, and not more than asked for")
    func bounds() throws {
        let phones = try Phones()
        let begin = phones.wall
        _ = try life(phones)
        phones.pass(.seconds(5))
        _ = phones.register(Self.bob, contact: Self.contact, from: Phones.source(9))
        let reader = phones.reader
        func causes(_ query: HistoryQuery) throws -> [Cause] { try reader.page(query).entries.map(\.cause) }
        #expect(try causes(HistoryQuery()).count == 4)
        #expect(try causes(HistoryQuery(aor: Self.bob)) == [.registered])
        #expect(try causes(HistoryQuery(aor: Array("eve@example.com".utf8))).isEmpty)
        #expect(try causes(HistoryQuery(limit: 2)) == [.registered, .evictedByOperator])
        #expect(try causes(HistoryQuery(limit: -1)).isEmpty)
        let since = begin + .seconds(194)
        #expect(try causes(HistoryQuery(since: since)) == [.registered, .evictedByOperator, .moved])
        #expect(try causes(HistoryQuery(aor: Self.alice, before: since)) == [.registered])
    }

    @Test("An address of record of any bytes finds its lines")
    func anyBytes() throws {
        let phones = try Phones()
        for aor in [[0xff, 0xfe, 0x40, 0x00], Array("ümlaut@example.com".utf8), Array("a'b\"@x".utf8)] {
            let id = phones.register(aor, contact: [0x73, 0x00, 0xc3], from: Phones.source(3))
            let page = try phones.reader.page(HistoryQuery(aor: aor))
            #expect(page.entries.map(\.binding.id) == [id])
            #expect(page.entries.first?.binding.contact == [0x73, 0x00, 0xc3])
        }
    }

    @Test("Nothing yet, no file, no database: an empty page or one sentence")
    func nothing() throws {
        let phones = try Phones()
        #expect(try phones.reader.page(HistoryQuery()) == HistoryPage())
        let report = try phones.reader.bindings(at: phones.wall) { _ in Issue.record("there is none") }
        #expect(report == PastReport(oldest: nil, isKept: false))
        let missing = HistoryReader(path: "/nonexistent/regtop.db")
        let error = #expect(throws: StorageError.self) { try missing.page(HistoryQuery()) }
        #expect(error?.description.contains("/nonexistent/regtop.db") == true)
    }

    @Test("A moment before the journal is refused, with how far it goes")
    func tooEarly() throws {
        let phones = try Phones()
        let begin = phones.wall
        _ = try life(phones)
        let report = try phones.reader.bindings(at: begin + .seconds(-1)) { _ in Issue.record("too early") }
        #expect(report == PastReport(oldest: begin, isKept: false))
        var given: [RememberedBinding] = []
        let first = try phones.reader.bindings(at: begin) { given.append($0) }
        #expect(first == PastReport(oldest: begin, isKept: true, bindings: 1))
        #expect(given.first?.life.source == Phones.source(7))
        #expect(given.first?.isEndKnown == false, "it has refreshed since, nobody knows how often before")
    }

    @Test("The last REGISTER before a move, and before the end, is known")
    func knownEnds() throws {
        let phones = try Phones()
        let begin = phones.wall
        _ = try life(phones)
        func at(_ seconds: Int) throws -> RememberedBinding? {
            var given: [RememberedBinding] = []
            _ = try phones.reader.bindings(at: begin + .seconds(seconds)) { given.append($0) }
            return given.first
        }
        let before = try #require(try at(190))
        #expect(before.isEndKnown && before.life.expiresAt == begin + .seconds(204))
        #expect(before.life.source == Phones.source(7) && before.life.refreshes == 3)
        let after = try #require(try at(194))
        #expect(after.isEndKnown && after.life.source == Phones.source(8) && after.life.refreshes == 4)
        #expect(try at(203) == after)
        #expect(try at(204) == nil, "it has left")
    }

    // MARK: Against a log

    /// All that has ever happened to one binding.
    private struct Life {
        var id: BindingID
        var aor: [UInt8]
        var made: WallTime
        /// Each REGISTER: when, until when, from where.
        var registers: [(at: WallTime, until: WallTime, source: Endpoint, moved: Bool)] = []
        var left: WallTime?

        /// What the journal can know of a moment; nil if it was not there.
        func remembered(at moment: WallTime) -> (source: Endpoint, until: WallTime?)? {
            guard made <= moment, left.map({ moment < $0 }) ?? true,
                let then = registers.last(where: { $0.at <= moment }), then.until > moment
            else { return nil }
            // Refreshes are only counted: the last one before a move or the end is known.
            let next = registers.firstIndex { $0.at > moment && $0.moved } ?? registers.endIndex
            let isKnown = registers[next - 1].at <= moment
            return (then.source, isKnown ? then.until : nil)
        }
    }

    @Test("The table at any moment is what a log of all changes says", arguments: 1...6)
    func equalsTheLog(_ seed: UInt64) throws {
        let phones = try Phones()
        var random = SeededGenerator(seed: seed)
        var lives: [Life] = []
        var moments: [WallTime] = []
        for _ in 0..<160 {
            phones.pass(.milliseconds(1 + random.below(9_000)))
            expire(&lives, phones)
            moments.append(phones.wall)
            let living = lives.indices.filter { lives[$0].left == nil }
            let choice = living.isEmpty ? 0 : random.below(10)
            let source = Phones.source(random.below(200))
            if choice < 3 {
                let aor = Array("user\(random.below(12))@example.com".utf8)
                let expires = 20 + random.below(60)
                guard
                    let id = phones.register(aor, contact: Self.contact, from: source, expires: expires)
                else { continue }
                var life = Life(id: id, aor: aor, made: phones.wall)
                life.registers.append(
                    (phones.wall, phones.wall + .seconds(expires), source, moved: false)
                )
                lives.append(life)
                continue
            }
            let index = living[random.below(living.count)]
            let life = lives[index]
            if choice < 9 {
                let moved = choice == 8
                let from = moved ? source : life.registers[life.registers.count - 1].source
                let expires = 20 + random.below(60)
                phones.refresh(
                    life.id,
                    life.aor,
                    contact: Self.contact,
                    from: from,
                    expires: expires,
                    moved: moved
                )
                lives[index].registers.append(
                    (phones.wall, phones.wall + .seconds(expires), from, moved: moved)
                )
            } else {
                phones.remove(life.id, life.aor, .unregistered)
                lives[index].left = phones.wall
            }
        }
        for moment in moments + moments.map({ $0 + .milliseconds(-1) }).dropFirst() {
            var given: [BindingID: RememberedBinding] = [:]
            let report = try phones.reader.bindings(at: moment) { given[$0.life.id] = $0 }
            guard report.isKept else { continue }
            for life in lives {
                let expected = life.remembered(at: moment)
                let found = given.removeValue(forKey: life.id)
                #expect((expected == nil) == (found == nil), "seed \(seed), \(moment), \(life)")
                guard let expected, let found else { continue }
                #expect(found.life.source == expected.source, "seed \(seed), \(moment), \(life)")
                #expect(found.isEndKnown == (expected.until != nil), "seed \(seed), \(moment), \(life)")
                if let until = expected.until { #expect(found.life.expiresAt == until) }
            }
            #expect(given.isEmpty, "seed \(seed), \(moment)")
        }
    }

    /// What is due leaves at its second, as the partitions' own timer has it.
    private func expire(_ lives: inout [Life], _ phones: Phones) {
        for index in lives.indices where lives[index].left == nil {
            guard let until = lives[index].registers.last?.until, until <= phones.wall else { continue }
            phones.remove(lives[index].id, lives[index].aor, .expired)
            lives[index].left = phones.wall
        }
    }
}
