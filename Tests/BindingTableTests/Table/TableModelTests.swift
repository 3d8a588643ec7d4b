import BindingTable
import SIPMessage
import Support
import Testing
import Timing

/// The table beside its model, driven by seeded chance.
private struct Course {
    let seed: UInt64
    var random: SeededGenerator
    let table: BindingTable
    var model = TableModel()
    var now = Timestamp.at(1_000)
    let aors: [[UInt8]]

    init(seed: UInt64) {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        table = BindingTable(seed: seed)
        aors = (0..<40).map { Array("user\($0)@example.com".utf8) }
    }

    mutating func text(_ longest: Int) -> [UInt8] {
        let count = random.below(8) == 0 ? random.below(longest) : random.below(40)
        return (0..<count).map { _ in UInt8(33 + random.below(90)) }
    }

    mutating func binding(of aor: [UInt8]) -> Binding {
        let host = ["192.0.2.7", "192.0.2.9:5070", "phone.invalid"][random.below(3)]
        let name = "sip:\(random.below(9))@"
        var binding = Binding.phone(
            "x",
            at: now,
            expires: random.below(5) == 0 ? random.below(200_000) : random.below(120),
            transport: TransportKind.allCases[random.below(5)],
            badges: random.below(2) == 0 ? .nat : .md5,
        )
        binding.facts.cseq = UInt32(random.below(1_000_000))
        binding.facts.callIDHash = random.next()
        binding.facts.asked = random.below(3) == 0 ? nil : UInt32(truncatingIfNeeded: random.next())
        binding.facts.q = random.below(2) == 0 ? nil : UInt16(random.below(1_001))
        binding.facts.expiresAt = binding.facts.expiresAt + Interval(nanoseconds: Int64(random.below(2_000)))
        binding.facts.refreshes = UInt32(random.below(5))
        if random.below(2) == 0 {
            binding.facts.path.source.address = IPAddress(ipv6High: random.next(), low: random.next())
        }
        binding.facts.path.local.port = UInt16(5_060 + random.below(4))
        binding.facts.path.connection = ConnectionID(rawValue: random.next())
        binding.texts = BindingTexts(
            aor: aor,
            contact: Array("\(name)\(host)".utf8) + text(3_000),
            contactParameters: text(400),
            callID: text(300),
            userAgent: random.below(4) == 0 ? text(300) : Array("Deskphone".utf8),
            sentBy: random.below(2) == 0 ? Array(host.utf8) : text(60),
            account: random.below(2) == 0 ? Array(aor.prefix(5)) : text(30),
        )
        return binding
    }

    mutating func step() {
        let aor = aors[random.below(aors.count)]
        switch random.below(12) {
        case 0..<3:
            let binding = binding(of: aor)
            if let id = table.add(binding, at: now) {
                #expect(!model.everUsed.contains(id), "an id came twice, seed \(seed)")
                model.add(binding, id, .registered)
            } else {
                Issue.record("nothing was added, seed \(seed)")
            }
        case 3..<7:
            update(any(model.live))
        case 7:
            guard let id = any(model.live) else { return }
            let cause = random.pick([Cause.unregistered, .evictedByOperator, .displaced, .expiredByOperator])
            #expect(table.remove(id, cause, at: now) == 1)
            model.remove(id, cause, at: now)
        case 8:
            restore()
        case 9:
            // What is gone, or never was, stays as it is.
            guard let id = any(model.gone) else { return }
            #expect(table.remove(id, at: now) == 0)
            #expect(table.update(id, binding(of: aor)) == 0)
        default:
            now = now + Interval(nanoseconds: Int64(random.below(20)) * 777_777_777)
            table.advanceAll(to: now, limit: 1 + random.below(64))
            model.advance(to: now)
        }
        compare(aor)
    }

    mutating func update(_ id: BindingID?) {
        guard let id, let old = model.live[id] else { return }
        var new = binding(of: old.texts.aor)
        if random.below(2) == 0 { new.texts = old.texts }
        let cause = random.pick([Cause.refreshed, .refreshed, .moved, .rolledBack])
        #expect(table.update(id, new, cause) == 1)
        model.update(id, new, cause)
    }

    mutating func restore() {
        guard let id = any(model.gone), let tombstone = table.tombstone(id) else { return }
        #expect(tombstone == model.gone[id], "seed \(seed)")
        if let new = table.add(tombstone, .restored, at: now) { model.add(tombstone, new, .restored) }
        if let new = model.live.values.first(where: { $0.gone != nil })?.facts.id {
            model.live[new]?.gone = nil
        }
    }

    mutating func any(_ bindings: [BindingID: Binding]) -> BindingID? {
        bindings.isEmpty ? nil : bindings.keys.sorted()[random.below(bindings.count)]
    }

    func compare(_ aor: [UInt8]) {
        let expected = model.current(of: aor, at: now)
        #expect(table.bindings(of: aor, at: now) == expected, "seed \(seed)")
        var facts: [BindingFacts] = []
        table.current(of: aor.span, at: now, into: &facts)
        #expect(facts == expected.map(\.facts), "seed \(seed)")
        #expect(table.bindingCount == model.live.count, "seed \(seed)")
    }

    mutating func compareAll() {
        for id in model.everUsed {
            #expect(table.facts(id) == model.live[id]?.facts, "seed \(seed)")
            #expect(table.binding(id) == model.live[id] ?? model.gone[id], "seed \(seed)")
            #expect(table.tombstone(id) == model.gone[id], "seed \(seed)")
            #expect(table.text(id, .callID) == model.live[id]?.texts.callID, "seed \(seed)")
            #expect(table.text(id, .userAgent) == model.live[id]?.texts.userAgent, "seed \(seed)")
        }
        #expect(table.addressOfRecordCount == Set(model.live.values.map(\.texts.aor)).count, "seed \(seed)")
        #expect(table.tombstoneCount == model.gone.count, "seed \(seed)")
        #expect(table.natCount == model.live.values.count { $0.facts.badges.contains(.nat) }, "seed \(seed)")
        for kind in TransportKind.allCases {
            let count = model.live.values.count { $0.facts.path.transport == kind }
            #expect(table.count(of: kind) == count, "seed \(seed)")
        }
        var seen: Set<BindingID> = []
        for index in 0..<BindingTable.partitionCount {
            var next: UInt32? = 0
            while let slot = next {
                next = table.withPartition(at: index) {
                    $0.visit(from: slot, limit: 3) { seen.insert($0.id) }
                }
            }
        }
        #expect(seen == Set(model.live.keys), "seed \(seed)")
        let news = table.news()
        #expect(Set(news) == model.takeNews(), "seed \(seed)")
        #expect(news.count == Set(news.map(\.id)).count, "seed \(seed)")
    }
}

@Suite struct TableModelTests {
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `the table is what plain dictionaries would be`(seed: UInt64) {
        var course = Course(seed: seed)
        for round in 1...1_000 {
            course.step()
            if round % 250 == 0 { course.compareAll() }
        }
        course.now = course.now + .seconds(300_000)
        course.table.advanceAll(to: course.now)
        course.model.advance(to: course.now)
        course.now = course.now + .seconds(31)
        course.table.advanceAll(to: course.now)
        course.model.advance(to: course.now)
        #expect(course.table.bindingCount == 0)
        #expect(course.table.tombstoneCount == 0)
        course.compareAll()
    }
}
