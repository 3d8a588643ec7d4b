import SIPMessage
import Support
import Testing
import Timing

@testable import BindingTable

/// A macro can't take spans.
private func isSame(_ a: [UInt8], _ b: [UInt8]) -> Bool { isEqual(a.span, b.span) }

@Suite struct KeyedHashTests {
    @Test func `equal texts have equal hashes, other texts and other keys have others`() {
        let hash = KeyedHash(seed: 1)
        var seen: Set<UInt64> = []
        for count in 0..<64 {
            let text = [UInt8](repeating: 0, count: count)
            let again = Array("x".utf8) + text
            #expect(hash(text.span) == hash(again.span.extracting(1..<count + 1)))
            #expect(hash(text.span) != KeyedHash(seed: 2)(text.span))
            seen.insert(hash(text.span))
        }
        #expect(seen.count == 64)
    }

    @Test func `addresses that differ in a digit spread over all partitions`() {
        let hash = KeyedHash(seed: 5)
        var counts = [Int](repeating: 0, count: 256)
        for number in 0..<51_200 {
            let aor = Array("\(1_000_000 + number)@example.com".utf8)
            counts[Int(hash(aor.span) >> 56)] += 1
        }
        #expect(counts.allSatisfy { $0 > 130 && $0 < 280 })
    }

    @Test func `texts are compared whole`() {
        for count in 0..<40 {
            let text = (0..<count).map { UInt8($0) }
            var other = text
            #expect(isSame(text, other))
            for index in 0..<count {
                other[index] ^= 1
                #expect(!isSame(text, other))
                other[index] ^= 1
            }
            other.append(0)
            #expect(!isSame(text, other))
        }
    }
}

@Suite struct HashIndexTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `holds what a dictionary holds, with hashes that collide`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var index = HashIndex()
        var model: [UInt32: UInt32] = [:]
        // Few hashes at the ends of the range: long runs, and runs that wrap around.
        let hashes: [UInt32] = [0, 1, 2, .max, .max - 1, 0x8000_0000, 0x8000_0001]
        for _ in 0..<3_000 {
            let value = UInt32(random.below(400))
            let hash = random.below(3) == 0 ? random.pick(hashes) : UInt32(value) &* 0x9e37_79b9
            if let known = model[value] {
                guard let place = index.find(known, { $0 == value }) else {
                    Issue.record("lost \(value), seed \(seed)")
                    return
                }
                if random.below(4) == 0, model[value + 1_000] == nil {
                    index.replace(place, with: value + 1_000)
                    model[value + 1_000] = known
                } else {
                    index.remove(place)
                }
                model[value] = nil
            } else {
                index.insert(hash, value)
                model[value] = hash
            }
            #expect(index.count == model.count, "seed \(seed)")
        }
        for value in 0..<1_400 as Range<UInt32> {
            let hash = model[value] ?? 3
            #expect((index.find(hash) { $0 == value } != nil) == (model[value] != nil), "seed \(seed)")
        }
    }
}

@Suite struct RecordStoreTests {
    @Test func `a record is as small as the page says`() {
        #expect(MemoryLayout<BindingRecord>.stride == 144)
    }

    @Test func `slots come again in turn, each time as another tenant`() throws {
        var store = RecordStore()
        let (one, two) = (store.take(), store.take())
        let first = try #require(one)
        let second = try #require(two)
        #expect(store[first].generation == 1)
        store.giveBack(first)
        store.giveBack(second)
        let again = store.take()
        #expect(again == first)
        let fourth = store.take()
        #expect(fourth == second)
        #expect(store[first].generation == 2)
        let fifth = store.take()
        #expect(fifth == 2)
    }

    @Test func `a slot whose generations are used up is never given out again`() throws {
        var store = RecordStore()
        let taken = store.take()
        let slot = try #require(taken)
        store[slot].generation = 0xff_fffe
        store.giveBack(slot)
        let last = store.take()
        #expect(last == slot)
        #expect(store[slot].generation == 0xff_ffff)
        store.giveBack(slot)
        let other = store.take()
        #expect(other == slot + 1)
        #expect(store[slot].state == .free)
    }
}

@Suite struct TextSlabTests {
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `blocks keep their bytes until they are freed, and freed room is used again`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var slab = TextSlab()
        var blocks: [(handle: UInt32, bytes: [UInt8])] = []
        var peak = 0
        var held = 0
        for _ in 0..<6_000 {
            if blocks.count < 150 || random.below(2) == 0 && blocks.count < 300 {
                let size = random.below(50) == 0 ? random.below(100_000) : random.below(700)
                let bytes = (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                guard let handle = slab.allocate(size + TextSlab.overhead) else {
                    Issue.record("no room, seed \(seed)")
                    return
                }
                slab.write(bytes.span, to: handle)
                #expect(slab.room(handle) > size)
                blocks.append((handle, bytes))
                held += size
                peak = max(peak, held)
            } else {
                let block = blocks.remove(at: random.below(blocks.count))
                slab.withBytes(block.handle) { text in
                    let own = block.bytes
                    let isKept = isEqual(text.extracting(1..<1 + own.count), own.span)
                    #expect(isKept, "seed \(seed)")
                }
                held -= block.bytes.count
                slab.free(block.handle)
            }
        }
        #expect(slab.capacity < 2 * peak + 400_000, "seed \(seed)")
    }

    @Test func `texts of one size do not need more memory when they come and go`() {
        var slab = TextSlab()
        var handles: [UInt32] = []
        for _ in 0..<10_000 { if let handle = slab.allocate(128) { handles.append(handle) } }
        let capacity = slab.capacity
        for _ in 0..<5 {
            for handle in handles { slab.free(handle) }
            handles = handles.indices.compactMap { _ in slab.allocate(128) }
        }
        #expect(slab.capacity == capacity)
        #expect(Set(handles).count == 10_000)
    }
}

@Suite struct TextBlockTests {
    private func roundTrip(_ texts: BindingTexts) -> (texts: BindingTexts, size: Int) {
        let flat = FlatTexts(texts)
        var buffer: [UInt8] = [0]
        TextBlock.write(aor: texts.aor.span, flat.ranges, of: flat.bytes.span, into: &buffer)
        let layout = TextBlock(buffer.span)
        let isHeld = layout.holds(flat.ranges, of: flat.bytes.span, in: buffer.span)
        #expect(isHeld)
        let read = BindingTexts(
            aor: Array(buffer[layout.aor]),
            contact: Array(buffer[layout.contact]),
            contactParameters: Array(buffer[layout.contactParameters]),
            callID: Array(buffer[layout.callID]),
            sentBy: Array(buffer[layout.sentBy]),
            account: Array(buffer[layout.account]),
        )
        return (read, buffer.count)
    }

    @Test(arguments: [0, 1, 254, 255, 256, 9_000])
    func `texts of any length come back`(length: Int) {
        let long = [UInt8](repeating: 0x61, count: length)
        let texts = BindingTexts(
            aor: long,
            contact: long,
            contactParameters: long,
            callID: long,
            sentBy: long,
            account: long + [0x62]
        )
        #expect(roundTrip(texts).texts == texts)
    }

    @Test(arguments: [
        "sip:1001@192.0.2.7:5060", "sip:192.0.2.7:5060", "sip:1001:pw@192.0.2.7:5060;transport=tcp",
    ])
    func `a sent-by within the contact and an account within the address cost nothing`(contact: String) {
        var texts = BindingTexts(
            aor: Array("1001@example.com".utf8),
            contact: Array(contact.utf8),
            callID: Array("x".utf8),
            sentBy: Array("192.0.2.7:5060".utf8),
            account: Array("1001".utf8),
        )
        let shared = roundTrip(texts)
        #expect(shared.texts == texts)
        #expect(shared.size == 9 + texts.aor.count + texts.contact.count + 1)
        texts.sentBy = Array("192.0.2.8:5060".utf8)
        texts.account = Array("1002".utf8)
        #expect(roundTrip(texts).texts == texts)
    }
}

@Suite struct PoolTests {
    @Test func `a text is kept once, and forgotten after its last use`() {
        let hash = KeyedHash(seed: 1)
        var pool = TextPool()
        let agents = (0..<500).map { Array("Phone/\($0)".utf8) }
        let empty: [UInt8] = []
        let number = pool.add(empty.span, hash)
        #expect(number == 0)
        var numbers: [UInt32] = []
        for agent in agents { numbers.append(pool.add(agent.span, hash)) }
        for (agent, number) in zip(agents, numbers) {
            let again = pool.add(agent.span, hash)
            #expect(again == number)
            let isKnown = pool.isText(number, agent.span)
            #expect(isKnown)
        }
        #expect(pool.count == 500)
        for number in numbers { pool.release(number) }
        #expect(pool.count == 500)
        for number in numbers { pool.release(number) }
        #expect(pool.count == 0)
        let other = Array("Other".utf8)
        let reused = pool.add(other.span, hash)
        #expect(numbers.contains(reused))
    }

    @Test func `endpoints are shared`() {
        var pool = EndpointPool()
        let endpoints = (0..<4).map { Endpoint(address: IPAddress(ipv4: 1), port: UInt16($0)) }
        let numbers = endpoints.map { pool.add($0) }
        let again = endpoints.map { pool.add($0) }
        #expect(again == numbers)
        pool.release(numbers[2])
        pool.release(numbers[2])
        let reused = pool.add(Endpoint(address: IPAddress(ipv4: 9), port: 1))
        #expect(reused == numbers[2])
        #expect(pool[numbers[3]] == endpoints[3])
    }
}

@Suite struct GraveyardTests {
    @Test func `the oldest come first, and names of the forgotten do not pile up`() {
        var graves = Graveyard()
        let ids = (0..<100).map { BindingID(partition: 0, generation: 1, slot: UInt32($0)) }
        for id in ids { graves.add(id) }
        let oldest = graves.takeOldest()
        #expect(oldest == ids[0])
        for _ in 0..<99 { graves.forgetOne() }
        #expect(graves.isStale)
        graves.sift { $0 == ids[50] }
        #expect(!graves.isStale)
        let kept = graves.takeOldest()
        #expect(kept == ids[50])
        let none = graves.takeOldest()
        #expect(none == nil)
    }
}
