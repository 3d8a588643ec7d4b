import BindingTable
import Glibc
import SIPMessage
import Timing

/// Fills a table with as many bindings as asked, then looks up, refreshes, expires and removes them in random order.
///
/// An address of record has 34 bytes, a contact 48, a Call-ID 36; making them costs about 20 ns an act and is
/// counted. News is taken after each thousand acts, as the monitor does, and is not counted.
enum TableBenchmark {
    static func run(_ arguments: [String]) {
        let count = max(arguments.first.flatMap { Int($0) } ?? 1_000_000, 1)
        let before = residentBytes()
        let table = BindingTable(seed: 0x5eed)
        var subject = Subject(table: table)
        let order = shuffled(count)
        report("insert", count, subject.run(order) { $0.insert($1) })
        let perBinding = Double(residentBytes() - before - 8 * count) / Double(count)
        report("lookup", count, subject.run(order.reversed()) { $0.lookUp($1) })
        subject.now = .zero + .seconds(60)
        report("refresh", count, subject.run(order) { $0.refresh($1) })
        report(
            "refresh, worst singly timed",
            count,
            subject.run(order.reversed(), each: true) { $0.refresh($1) }
        )
        let afterRefresh = Double(residentBytes() - before - 8 * count) / Double(count)
        report("advance, nothing due, all partitions", 1, idle(table))
        report("remove", count / 2, subject.run(order.prefix(count / 2)) { $0.remove($1) })
        expire(table, count - count / 2)
        let second = BindingTable(seed: 0x5eed)
        var growing = Subject(table: second)
        report("insert, worst singly timed", count, growing.run(order, each: true) { $0.insert($1) })
        print(
            #"{"bindings":\#(count),"bytes_each":\#(Int(perBinding)),"bytes_each_refreshed":\#(Int(afterRefresh))}"#
        )
    }

    private static func idle(_ table: BindingTable) -> (best: Double, mean: Double, worst: Double) {
        let start = Benchmarks.processorTime()
        for _ in 0..<1_000 { _ = table.advance(share: 0, of: 1, to: .zero + .seconds(61), limit: 64) }
        let each = (Benchmarks.processorTime() - start) / 1_000
        return (each, each, each)
    }

    /// Lets everything run out over an hour, a step each 200 ms, as a loop does.
    private static func expire(_ table: BindingTable, _ count: Int) {
        var worst = 0.0
        var news: [DirtyBinding] = []
        var busy = 0.0
        for step in 0..<5 * 3_700 {
            let now = Timestamp.zero + .seconds(3_600) + .milliseconds(200 * step)
            var isMore = true
            while isMore {
                let start = Benchmarks.processorTime()
                isMore = table.advance(share: 0, of: 1, to: now, limit: 64) <= now
                let time = Benchmarks.processorTime() - start
                busy += time
                worst = max(worst, time)
            }
            news.removeAll(keepingCapacity: true)
            while table.takeDirty(limit: 1_000, into: &news) { news.removeAll(keepingCapacity: true) }
        }
        let each = busy / Double(max(count, 1))
        report("expire (\(table.bindingCount) left), worst step", count, (each, each, worst))
    }

    private static func report(
        _ name: String,
        _ count: Int,
        _ time: (best: Double, mean: Double, worst: Double)
    ) {
        print(
            """
            {"act":"\(name)","n":\(count),"ns_cpu_best_thousand":\(Int(time.best)),"ns_cpu_mean":\(Int(time.mean)),\
            "ns_cpu_worst":\(Int(time.worst))}
            """
        )
    }

    private static func shuffled(_ count: Int) -> [Int] {
        var random = SystemRandomNumberGenerator()
        return (0..<count).shuffled(using: &random)
    }

    private static func residentBytes() -> Int {
        let text = Benchmarks.contents(of: "/proc/self/statm") ?? []
        let fields = text.split(separator: 0x20)
        guard fields.count > 1 else { return 0 }
        return fields[1].reduce(0) { $0 * 10 + Int($1) - 0x30 } * Int(getpagesize())
    }

    /// One phone after another, acting on the table.
    private struct Subject {
        let table: BindingTable
        var now = Timestamp.zero
        private var texts: [UInt8]
        private var aor: [UInt8]
        private var current: [BindingFacts] = []
        private var changes: [BindingChange] = []
        private var news: [DirtyBinding] = []
        private let ranges = BindingTextRanges(
            contact: ByteRange(start: 0, count: 48),
            callID: ByteRange(start: 48, count: 36),
            userAgent: ByteRange(start: 84, count: 13),
            sentBy: ByteRange(start: 18, count: 16),
            account: ByteRange(start: 5, count: 12),
        )

        init(table: BindingTable) {
            self.table = table
            aor = Array("p00000000000@registrar.example.com".utf8)
            texts = Array("sip:.p00000000000@10.20.30.40:5060;transport=udp".utf8)
            texts += Array("00000000000-4f2b-9d1e-7c6a5b4e3d2c1b".utf8)
            texts += Array("Deskphone 6.1".utf8)
        }

        mutating func run(
            _ order: some Collection<Int>,
            each: Bool = false,
            _ act: (inout Subject, Int) -> Void,
        ) -> (best: Double, mean: Double, worst: Double) {
            var best = Double.infinity
            var total = 0.0
            var worst = 0.0
            var done = 0
            var start = Benchmarks.processorTime()
            var batch = start
            for number in order {
                act(&self, number)
                done += 1
                if each {
                    let end = Benchmarks.processorTime()
                    worst = max(worst, end - start)
                    start = end
                }
                guard done % 1_000 == 0 else { continue }
                let time = Benchmarks.processorTime() - batch
                best = min(best, time / 1_000)
                total += time
                news.removeAll(keepingCapacity: true)
                _ = table.takeDirty(limit: 10_000, into: &news)
                start = Benchmarks.processorTime()
                batch = start
            }
            return (best, total / Double(max(done / 1_000 * 1_000, 1)), worst)
        }

        private mutating func become(_ number: Int) {
            var rest = number
            for place in 0..<11 {
                let digit = UInt8(truncatingIfNeeded: 0x61 + rest & 15)
                rest >>= 4
                aor[11 - place] = digit
                texts[16 - place] = digit
                texts[58 - place] = digit
            }
        }

        private func facts(_ number: Int, cseq: UInt32) -> BindingFacts {
            let path = ReceivedFrom(
                source: Endpoint(address: IPAddress(ipv4: UInt32(truncatingIfNeeded: number)), port: 5_060),
                local: Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5_060),
                transport: .udp,
                at: now,
            )
            return BindingFacts(
                cseq: cseq,
                callIDHash: UInt64(number),
                branchHash: UInt64(cseq),
                createdAt: now,
                refreshedAt: now,
                expiresAt: now + .seconds(3_600 + number % 3_600),
                asked: 3_600,
                granted: 3_600,
                q: nil,
                path: path,
            )
        }

        mutating func insert(_ number: Int) {
            become(number)
            let facts = facts(number, cseq: 1)
            let ranges = ranges
            act { _ in .add(facts, ranges, .registered) }
        }

        mutating func lookUp(_ number: Int) {
            become(number)
            var found: [BindingFacts] = []
            swap(&found, &current)
            table.current(of: aor.span, at: now, into: &found)
            swap(&found, &current)
            if current.count != 1 { print("Benchmarks table: \(number) has \(current.count) bindings.") }
        }

        mutating func refresh(_ number: Int) {
            become(number)
            let facts = facts(number, cseq: 2)
            let ranges = ranges
            act { known in known.map { .update($0, facts, ranges, .refreshed) } }
        }

        mutating func remove(_ number: Int) {
            become(number)
            act { known in known.map { .remove($0, .unregistered) } }
        }

        /// Looks the bindings up, decides on a change and applies it, under one lock and without allocating.
        private mutating func act(_ decide: (BindingID?) -> BindingChange?) {
            var found: [BindingFacts] = []
            swap(&found, &current)
            var list: [BindingChange] = []
            swap(&list, &changes)
            list.removeAll(keepingCapacity: true)
            table.withPartition(of: aor.span) { partition in
                partition.current(of: aor.span, at: now, into: &found)
                if let change = decide(found.first?.id) { list.append(change) }
                _ = partition.apply(list, aor: aor.span, texts: texts.span, at: now)
            }
            swap(&found, &current)
            swap(&list, &changes)
        }
    }
}
