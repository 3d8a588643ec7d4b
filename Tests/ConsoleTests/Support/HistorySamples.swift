import BindingTable
import Monitor
import SIPMessage
import Timing

/// What the journal of the golden screens holds, and the bindings of a moment of the past.
extension Samples {
    /// 13:59 the day before.
    static let journalBegin = start.wall - .seconds(79_500)

    private static func life(
        _ number: UInt32,
        _ user: String,
        _ source: Endpoint,
        madeAgo: Int,
        refreshedAgo: Int,
        refreshes: UInt32,
        agent: String = "Zoiper rv2.10.19",
    ) -> LifeRecord {
        LifeRecord(
            id: BindingID(partition: 9, generation: 1, slot: number),
            aor: Array("\(user)@example.test".utf8),
            contact: Array("sip:\(user)@10.0.0.7:5060;ob".utf8),
            userAgent: Array(agent.utf8),
            source: source,
            transport: .udp,
            createdAt: start.wall - .seconds(madeAgo),
            refreshedAt: start.wall - .seconds(refreshedAgo),
            expiresAt: start.wall - .seconds(refreshedAgo - 60),
            refreshes: refreshes,
            usualGap: refreshes > 1 ? 54_000 : 0,
            gapDeviation: refreshes > 1 ? 3_200 : 0
        )
    }

    private static let home = Endpoint(address: ipv4(198, 51, 100, 7), port: 5_062)
    private static let mobile = Endpoint(address: ipv4(203, 0, 113, 40), port: 61_044)

    /// The page of 4417 as the list shows it has this id.
    static let current = phones.firstIndex { $0.user == "4417" }.map {
        row(phones[$0], $0 + 1).binding.facts.id
    }

    /// Newest first.
    static let history: [HistoryEntry] = {
        var moved = life(3, "4417", home, madeAgo: 9_000, refreshedAgo: 3_000, refreshes: 111)
        if let current { moved.id = current }
        var made = life(3, "4417", mobile, madeAgo: 9_000, refreshedAgo: 9_000, refreshes: 0)
        if let current { made.id = current }
        let evicted = life(2, "4417", mobile, madeAgo: 20_000, refreshedAgo: 9_130, refreshes: 201)
        let lost = life(
            4,
            "gw-8",
            home,
            madeAgo: 70_000,
            refreshedAgo: 61_060,
            refreshes: 12,
            agent: "SBC/4.1"
        )
        let first = life(2, "4417", mobile, madeAgo: 20_000, refreshedAgo: 20_000, refreshes: 0)
        func at(_ ago: Int) -> WallTime { start.wall - .seconds(ago) }
        return [
            HistoryEntry(number: 906, at: at(3_000), cause: .moved, binding: moved, movedFrom: mobile),
            HistoryEntry(number: 871, at: at(9_000), cause: .registered, binding: made),
            HistoryEntry(
                number: 870,
                at: at(9_100),
                cause: .evictedByOperator,
                by: "kl@198.51.100.7",
                binding: evicted
            ),
            HistoryEntry(number: 412, at: at(20_000), cause: .registered, binding: first),
            HistoryEntry(number: 77, at: at(61_000), cause: .expired, binding: lost),
        ]
    }()

    /// The moment of the past on the clock of its windows.
    static let pastNow = Timestamp(nanoseconds: 1 << 60)

    /// What was there at that moment: of one the end is known, of the others it is not.
    static let past: [BindingRow] = {
        ["1180", "4417", "alice"].enumerated().map { index, user in
            let life = life(
                UInt32(index),
                user,
                index == 1 ? mobile : home,
                madeAgo: 9_000,
                refreshedAgo: 3_640,
                refreshes: 90
            )
            func instant(_ wall: WallTime) -> Timestamp { pastNow + (wall - (start.wall - .seconds(3_631))) }
            let facts = BindingFacts(
                id: life.id,
                cseq: 0,
                createdAt: instant(life.createdAt),
                refreshedAt: instant(index == 1 ? life.createdAt : life.refreshedAt),
                expiresAt: index == 1 ? .distantFuture : instant(life.expiresAt),
                asked: nil,
                granted: index == 1 ? 0 : 60,
                q: nil,
                path: path(life.source.address, life.source.port, at: pastNow),
                refreshes: index == 1 ? 0 : life.refreshes,
                usualGap: index == 1 ? 0 : life.usualGap,
                gapDeviation: index == 1 ? 0 : life.gapDeviation
            )
            let texts = BindingTexts(
                aor: life.aor,
                contact: life.contact,
                callID: [],
                userAgent: life.userAgent
            )
            return BindingRow(
                binding: Binding(facts: facts, texts: texts),
                state: .ok,
                tries: 1,
                isFresh: false
            )
        }
    }()
}

extension WallTime {
    static func - (a: WallTime, b: Interval) -> WallTime { a + (Interval.zero - b) }
}
