import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@testable import Storage

/// Phones that come, refresh, move and leave by seeded chance, over several restarts.
private struct Course {
    let seed: UInt64
    var random: SeededGenerator
    var office: Office
    let folder: Folder
    var everUsed: Set<BindingID> = []

    init(seed: UInt64) throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        folder = try Folder()
        office = try Office(folder)
    }

    mutating func text(_ longest: Int) -> [UInt8] {
        let isStrange = random.below(4) == 0
        return (0..<random.below(longest)).map { _ in
            UInt8(isStrange ? random.below(256) : 33 + random.below(90))
        }
    }

    mutating func step() throws {
        switch random.below(10) {
        case 0..<4:
            var binding = Binding.phone(
                "u\(random.below(60))",
                at: office.clock.now,
                expires: 1 + random.below(900)
            )
            binding.texts.contact += text(300)
            binding.texts.contactParameters = text(200)
            binding.texts.path = text(80)
            binding.texts.userAgent = text(30)
            binding.facts.callIDHash = random.next()
            binding.facts.branchHash = random.next()
            binding.facts.q = random.below(2) == 0 ? nil : UInt16(random.below(1_001))
            binding.facts.asked = random.below(2) == 0 ? nil : UInt32(truncatingIfNeeded: random.next())
            binding.facts.path.transport = random.pick(TransportKind.allCases)
            binding.facts.path.source.address = IPAddress(ipv6High: random.next(), low: random.next())
            binding.facts.badges = random.below(2) == 0 ? .nat : []
            let made = office.make(
                { [.add(binding.facts, $0.ranges, .registered)] },
                binding.texts,
                waits: false
            )
            let id = try #require(made.added.first)
            #expect(everUsed.insert(id).inserted, "an id came again, seed \(seed)")
        case 4..<8:
            try change()
        case 8:
            guard let (id, binding) = any() else { return }
            let cause = random.pick([Cause.unregistered, .evictedByOperator, .displaced, .silent])
            office.make({ _ in [.remove(id, cause)] }, binding.texts, waits: false)
        default:
            office.clock.go(Interval(nanoseconds: Int64(random.below(30)) * 777_777_777))
            expire()
        }
    }

    private mutating func change() throws {
        guard let (id, known) = any() else { return }
        var binding = known
        let now = office.clock.now
        binding.facts.cseq &+= 1
        binding.facts.refreshedAt = now
        binding.facts.path.at = now
        binding.facts.expiresAt = now + .seconds(1 + random.below(900))
        let isMove = random.below(3) == 0
        if isMove { binding.facts.path.source.port = UInt16(random.below(65_536)) }
        if random.below(3) == 0 { binding.texts.callID = text(60) }
        let (facts, cause) = (binding.facts, isMove ? Cause.moved : .refreshed)
        office.make({ [.update(id, facts, $0.ranges, cause)] }, binding.texts, waits: false)
    }

    private mutating func any() -> (BindingID, Binding)? {
        let all = office.bindings()
        let id = all.keys.sorted().isEmpty ? nil : all.keys.sorted()[random.below(all.count)]
        return id.flatMap { id in all[id].map { (id, $0) } }
    }

    /// What the loops do with bindings whose time is over.
    private func expire() {
        for (id, binding) in office.bindings() where binding.facts.expiresAt <= office.clock.now {
            office.make({ _ in [.remove(id, .expired)] }, binding.texts, waits: false)
        }
    }

    /// Ends the process and begins another, whose monotonic clock says something else.
    mutating func restart() throws {
        expire()
        let before = office
        before.store.close()
        let reading = before.clock.read()
        let clock = HandClock(seconds: 1 + random.below(100_000), wall: 0)
        clock.set(wall: reading.wall)
        office = try Office(folder, clock: clock)
        let shift = clock.now - reading.timestamp
        #expect(office.bindings() == before.bindings().mapValues { shifted($0, shift) }, "seed \(seed)")
        for id in everUsed {
            let tombstone = before.table.tombstone(id).map { shifted($0, shift) }
            guard let tombstone, tombstone.facts.expiresAt > clock.now, tombstone.gone?.cause != .expired
            else {
                continue
            }
            #expect(office.table.tombstone(id) == tombstone, "seed \(seed)")
        }
        let (old, new) = (before.table, office.table)
        #expect(new.bindingCount == old.bindingCount, "seed \(seed)")
        #expect(new.addressOfRecordCount == old.addressOfRecordCount, "seed \(seed)")
        #expect(new.natCount == old.natCount, "seed \(seed)")
        for kind in TransportKind.allCases {
            #expect(new.count(of: kind) == old.count(of: kind), "seed \(seed)")
        }
        #expect(office.report.unreadable == 0, "seed \(seed)")
    }

    private func shifted(_ binding: Binding, _ shift: Interval) -> Binding {
        var binding = binding
        binding.facts.createdAt = binding.facts.createdAt + shift
        binding.facts.refreshedAt = binding.facts.refreshedAt + shift
        binding.facts.expiresAt = binding.facts.expiresAt + shift
        binding.facts.path.at = binding.facts.path.at + shift
        binding.gone = binding.gone.map { Binding.Departure(cause: $0.cause, at: $0.at + shift) }
        return binding
    }
}

@Suite struct RecoveryTests {
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `what comes back after a restart is what was there`(seed: UInt64) throws {
        var course = try Course(seed: seed)
        for _ in 0..<4 {
            for _ in 0..<150 { try course.step() }
            try course.restart()
        }
        course.office.store.close()
    }
}
