import Support
import Testing
import Timing

@testable import Monitor

/// How many different keys, in bounded memory.
struct DistinctSketchTests {
    @Test func exactUpToItsCapacity() {
        var sketch = DistinctSketch(capacity: 256)
        for round in 0..<3 {
            for number in 0..<256 { sketch.add(Array("user\(number)".utf8).sketchHash) }
            #expect(sketch.count == 256, "\(round)")
        }
        #expect(sketch.contains(Array("user7".utf8).sketchHash))
        #expect(!sketch.contains(Array("nobody".utf8).sketchHash))
    }

    @Test(arguments: [1_000, 10_000, 100_000])
    func nearBeyondAndNeverLarger(_ keys: Int) {
        var sketch = DistinctSketch(capacity: 256)
        for number in 0..<keys { sketch.add(Array("\(number)".utf8).sketchHash) }
        #expect(sketch.hashes.count == 256)
        #expect(abs(Double(sketch.count) / Double(keys) - 1) < 0.2)
    }

    @Test func unionCountsBothOnce() {
        var (one, two) = (DistinctSketch(capacity: 64), DistinctSketch(capacity: 64))
        for number in 0..<30 { one.add(Array("\(number)".utf8).sketchHash) }
        for number in 20..<50 { two.add(Array("\(number)".utf8).sketchHash) }
        #expect(one.union(two).count == 50)
    }

    @Test func theWindowForgets() {
        var window = DistinctWindow(capacity: 64)
        for number in 0..<40 { window.add(UInt32(number) << 20, weight: 2, at: .zero + .seconds(number)) }
        #expect(window.seen(at: .zero + .seconds(60)) == (40, 80))
        #expect(window.seen(at: .zero + .seconds(1_100)) == (40, 80))
        #expect(window.seen(at: .zero + .seconds(1_200)) == (0, 0))
    }
}
