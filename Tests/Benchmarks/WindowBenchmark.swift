import BindingTable
import Glibc
import Monitor
import SIPMessage
import Timing

/// What the console costs: pulling, sorting, filtering and answering, with many bindings; and what taking in an
/// exchange costs.
enum WindowBenchmark {
    static func run(_ arguments: [String]) {
        let count = arguments.first.flatMap { Int($0) } ?? 100_000
        let empty = residentBytes()
        let table = BindingTable(seed: 0x5eed, maximumTombstones: 1_000)
        var ids: [BindingID] = []
        for index in 0..<count { add(index, to: table, &ids) }
        let filled = residentBytes()
        report(
            "table",
            ["bindings": Double(count), "bytes_per_binding": Double(filled - empty) / Double(count)]
        )
        let monitor = Monitor(
            table: table,
            startedAt: ClockReading(timestamp: .zero, wall: WallTime(secondsSince1970: 1_700_000_000))
        )
        var start = Benchmarks.processorTime()
        while monitor.pull(limit: 4_096, at: .zero) {}
        report("pull_new", ["ns_per_binding": (Benchmarks.processorTime() - start) / Double(count)])
        report("rows", ["bytes_per_binding": Double(residentBytes() - filled) / Double(count)])
        var session = MonitorSession()
        for column in [BindingColumn.aor, .expires, .agent, .source, .contact, .callID] {
            sort(column, monitor, &session)
        }
        report("six_orders", ["bytes_per_binding": Double(residentBytes() - empty) / Double(count)])
        keys(monitor, &session, ids)
        start = Benchmarks.processorTime()
        refresh(ids, table, monitor)
        filter("ua~zoiper", monitor, &session)
        filter("1234", monitor, &session)
        filter("exp<60", monitor, &session)
        filter("aor~^user0+1[0-9]*@ !tp:tcp", monitor, &session)
        report("end", ["bytes_per_binding": Double(residentBytes() - empty) / Double(count)])
        exchanges(200_000)
    }

    static func report(_ name: String, _ numbers: KeyValuePairs<String, Double>) {
        let fields = numbers.map { "\"\($0.key)\": \(($0.value * 100).rounded() / 100)" }.joined(
            separator: ", "
        )
        print("{\"what\": \"\(name)\", \(fields)}")
    }

    private static func residentBytes() -> Int {
        guard let bytes = Benchmarks.contents(of: "/proc/self/statm") else { return 0 }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4_096
    }

    private static func facts(_ index: Int, at now: Timestamp) -> BindingFacts {
        let granted = 60 + (index &* 7_919) % 3_540
        return BindingFacts(
            cseq: UInt32(index % 90_000),
            createdAt: now,
            refreshedAt: now,
            expiresAt: now + .seconds(granted) + .microseconds(index % 999_983),
            asked: 3_600,
            granted: UInt32(granted),
            q: nil,
            path: ReceivedFrom(
                source: Endpoint(
                    address: IPAddress(ipv4: 0x0a00_0000 &+ UInt32(index &* 31 % 0xff_ffff)),
                    port: 5_060
                ),
                local: Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5_060),
                transport: .udp,
                at: now
            )
        )
    }

    private static func texts(_ index: Int) -> (bytes: [UInt8], ranges: BindingTextRanges) {
        var bytes: [UInt8] = []
        func range(_ text: String) -> ByteRange {
            let start = bytes.count
            bytes.append(contentsOf: text.utf8)
            return ByteRange(start: UInt16(start), count: UInt16(bytes.count - start))
        }
        let scrambled = (index &* 2_654_435_761) & 0xffff_ffff
        let ranges = BindingTextRanges(
            contact: range("sip:\(scrambled % 1_000_000)@10.\(index % 250).\(index / 250 % 250).7:5060"),
            callID: range("\(scrambled)-b0fce403c178fa57@ua-\(index)"),
            userAgent: range(["Zoiper rv2.10.19", "Yealink SIP-T46S 66.84.0.15", "Linphone 5.2"][index % 3]),
            account: range("user")
        )
        return (bytes, ranges)
    }

    private static func aor(_ index: Int) -> [UInt8] {
        let number = String((index &* 2_654_435_761) % 100_000_007)
        return Array(
            ("user" + String(repeating: "0", count: max(0, 9 - number.count)) + number + "@example.test").utf8
        )
    }

    static func add(_ index: Int, to table: BindingTable, _ ids: inout [BindingID]) {
        let (bytes, ranges) = texts(index)
        let aor = aor(index)
        let facts = facts(index, at: .zero)
        var added: [BindingID] = []
        table.withPartition(of: aor.span) { partition in
            _ = partition.apply(
                [.add(facts, ranges, .registered)],
                aor: aor.span,
                texts: bytes.span,
                at: .zero,
                added: &added
            )
        }
        ids.append(contentsOf: added)
    }

    /// Asks for an order until it is whole.
    private static func sort(_ column: BindingColumn, _ monitor: Monitor, _ session: inout MonitorSession) {
        let query = WindowQuery(
            subject: .bindings(filter: nil, order: BindingOrder(column: column)),
            height: 36
        )
        var start = Benchmarks.processorTime()
        var window = monitor.answer(query, for: &session, at: .zero)
        let first = Benchmarks.processorTime() - start
        var whole = first
        var longest = 0.0
        var slices = 0
        while window.progress < 1 {
            start = Benchmarks.processorTime()
            _ = monitor.advance(to: .zero)
            let time = Benchmarks.processorTime() - start
            whole += time
            longest = max(longest, time)
            slices += 1
            if slices % 10 == 0 { window = monitor.answer(query, for: &session, at: .zero) }
            if slices > 100_000 { break }
        }
        report(
            "sort_\(column)",
            [
                "first_answer_ms": first / 1e6, "whole_ms": whole / 1e6, "longest_slice_ms": longest / 1e6,
                "slices": Double(slices),
            ]
        )
    }

    /// Key presses: scrolling, end, following a row.
    private static func keys(_ monitor: Monitor, _ session: inout MonitorSession, _ ids: [BindingID]) {
        var times: [Double] = []
        let before = monitor.rowsRead
        for press in 0..<3_000 {
            let place = press &* 7_919 % ids.count
            let anchor: WindowQuery.Anchor =
                [.rank(place), .end, .row(.binding(ids[place]), offset: 10)][press % 3]
            let query = WindowQuery(
                subject: .bindings(filter: nil, order: BindingOrder()),
                anchor: anchor,
                height: 36
            )
            let start = Benchmarks.processorTime()
            _ = monitor.answer(query, for: &session, at: .zero)
            times.append(Benchmarks.processorTime() - start)
        }
        times.sort()
        report(
            "key_press",
            [
                "p50_us": times[times.count / 2] / 1e3, "p99_us": times[times.count * 99 / 100] / 1e3,
                "rows_read": Double(monitor.rowsRead - before) / 3_000,
            ]
        )
    }

    /// Refreshes with six orders in use.
    private static func refresh(_ ids: [BindingID], _ table: BindingTable, _ monitor: Monitor) {
        let now = Timestamp.zero + .seconds(1)
        var time = 0.0
        let count = min(20_000, ids.count)
        for round in 0..<count {
            let index = round &* 7_919 % ids.count
            let id = ids[index]
            let (bytes, ranges) = texts(index)
            let aor = aor(index)
            var facts = facts(index, at: now + .microseconds(round))
            facts.id = id
            table.withPartition(at: id.partition) { partition in
                _ = partition.apply(
                    [.update(id, facts, ranges, .refreshed)],
                    aor: aor.span,
                    texts: bytes.span,
                    at: now
                )
            }
            guard round % 500 == 499 else { continue }
            let start = Benchmarks.processorTime()
            while monitor.pull(limit: 4_096, at: now) {}
            time += Benchmarks.processorTime() - start
        }
        report("pull_refresh_six_orders", ["ns_per_refresh": time / Double(count)])
    }

    /// Asks for a filtered list until it is whole.
    private static func filter(_ text: String, _ monitor: Monitor, _ session: inout MonitorSession) {
        guard let filter = try? Filter(text, for: .bindings) else { return }
        let query = WindowQuery(subject: .bindings(filter: filter, order: BindingOrder()), height: 36)
        let now = Timestamp.zero + .seconds(1)
        var start = Benchmarks.processorTime()
        var window = monitor.answer(query, for: &session, at: now)
        let first = Benchmarks.processorTime() - start
        var whole = first
        var longest = 0.0
        while window.progress < 1 {
            start = Benchmarks.processorTime()
            _ = monitor.advance(to: now)
            let time = Benchmarks.processorTime() - start
            longest = max(longest, time)
            whole += time
            window = monitor.answer(query, for: &session, at: now)
        }
        start = Benchmarks.processorTime()
        _ = monitor.answer(query, for: &session, at: now)
        let again = Benchmarks.processorTime() - start
        report(
            "filter \(text)",
            [
                "matched": Double(window.matched), "first_answer_ms": first / 1e6, "slices_ms": whole / 1e6,
                "longest_slice_ms": longest / 1e6, "again_us": again / 1e3,
            ]
        )
    }

    /// Challenge and answer, from ever new Call-IDs; kept all, and sampled.
    private static func exchanges(_ count: Int) {
        for perSecond in [1_000_000_000, 5_000] {
            var limits = MonitorLimits()
            limits.exchangesPerSecond = perSecond
            let monitor = Monitor(
                table: BindingTable(seed: 1),
                limits: limits,
                startedAt: ClockReading(timestamp: .zero, wall: WallTime(secondsSince1970: 0))
            )
            var time = 0.0
            let before = residentBytes()
            for batch in 0..<count / 1_024 {
                let messages = (0..<512).flatMap { place in
                    let index = batch * 512 + place
                    let at = Timestamp.zero + .microseconds(index * 20)
                    return [false, true].map { message(index, isAnswer: $0, at: at) }
                }
                let start = Benchmarks.processorTime()
                for (exchange, request, reply) in messages {
                    monitor.receiveExchange(
                        exchange,
                        request: request.span,
                        reply: reply.span,
                        at: exchange.repliedAt
                    )
                }
                time += Benchmarks.processorTime() - start
            }
            report(
                perSecond > 5_000 ? "exchange_kept" : "exchange_sampled",
                [
                    "ns_per_exchange": time / Double(count / 1_024 * 1_024),
                    "bytes_kept": Double(residentBytes() - before),
                ]
            )
        }
    }

    private static func message(
        _ index: Int,
        isAnswer: Bool,
        at: Timestamp,
    ) -> (Exchange, [UInt8], [UInt8]) {
        let source = Endpoint(address: IPAddress(ipv4: 0x0a00_0000 + UInt32(index % 5_000)), port: 5_060)
        var exchange = Exchange(
            path: ReceivedFrom(source: source, local: source, transport: .udp, at: at)
        )
        exchange.repliedAt = at + .microseconds(400)
        exchange.status = isAnswer ? 200 : 401
        exchange.refusal = isAnswer ? nil : .challenge
        exchange.granted = 300
        let credentials =
            isAnswer
            ? "Authorization: Digest username=\"\(index)\",realm=\"example.test\",nonce=\"c16e571b9f71e740\","
                + "uri=\"sip:example.test\",response=\"15cffe04b1b3f72e0f50e4ba28a09c00\",algorithm=MD5,qop=auth,"
                + "nc=00000001,cnonce=\"0a4f113b\"\r\n" : ""
        let request = """
            REGISTER sip:example.test SIP/2.0\r
            Via: SIP/2.0/UDP \(source);branch=z9hG4bKcfcd\(index)\(isAnswer);rport\r
            Max-Forwards: 70\r
            From: <sip:\(index)@example.test>;tag=809d45\r
            To: <sip:\(index)@example.test>\r
            Call-ID: 7f31c0aa-\(index)@198.51.100.23\r
            CSeq: \(isAnswer ? 15 : 14) REGISTER\r
            Contact: <sip:\(index)@198.51.100.23:5066>;expires=300\r
            \(credentials)User-Agent: Zoiper rv2.10.19\r
            Expires: 300\r
            Content-Length: 0\r
            \r

            """
        let reply = "SIP/2.0 \(exchange.status) OK\r\n" + request.drop { $0 != "\r\n" }.dropFirst()
        return (exchange, Array(request.utf8), Array(reply.utf8))
    }
}
