public import BindingTable
internal import FoundationEssentials
internal import GRDB
public import Timing

/// Reads the history beside the thread that writes it: each question has a connection of its own, which sees
/// the file as it was when the question came, and holds up nobody.
public struct HistoryReader: Sendable {
    /// Where the file is.
    public let path: String

    /// A reader of the file of a store.
    public init(path: String) { self.path = path }

    /// The part of the history that is asked for: the newest entries first, at most `HistoryQuery.maximum`.
    public func page(_ query: HistoryQuery) throws(StorageError) -> HistoryPage {
        try read { database in
            var page = HistoryPage(oldest: try Self.oldest(database))
            var conditions: [String] = []
            var arguments: [any DatabaseValueConvertible] = []
            if let aor = query.aor {
                conditions.append("aor = ?")
                arguments.append(Self.text(aor))
            }
            if let since = query.since {
                conditions.append("at >= ?")
                arguments.append(since.nanoseconds)
            }
            if let before = query.before {
                conditions.append("at < ?")
                arguments.append(before.nanoseconds)
            }
            let whose = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
            arguments.append(max(0, min(query.limit, HistoryQuery.maximum)))
            let rows = try RowCursor(
                database,
                "SELECT \(HistoryRow.columns) FROM history \(whose) ORDER BY number DESC LIMIT ?",
                StatementArguments(arguments)
            )
            while try rows.next() {
                if let entry = HistoryRow(rows).entry { page.entries.append(entry) }
            }
            return page
        }
    }

    /// Gives every binding that was there at a moment, in no order: today's, with all that has happened since
    /// taken back. Nothing is given where the history does not reach back so far.
    public func bindings(
        at moment: WallTime,
        _ body: (RememberedBinding) -> Void
    ) throws(StorageError) -> PastReport {
        try read { database in
            let oldest = try Self.oldest(database)
            guard let oldest, oldest <= moment else { return PastReport(oldest: oldest, isKept: false) }
            var report = PastReport(oldest: oldest, isKept: true)
            func give(_ life: LifeRecord?) {
                guard let life, let remembered = Self.remember(life, at: moment) else { return }
                report.bindings += 1
                body(remembered)
            }
            // The first event after the moment tells what a binding was before it.
            var changed: Set<Int64> = []
            let events = try RowCursor(
                database,
                "SELECT \(HistoryRow.columns) FROM history WHERE at > ? ORDER BY number",
                [moment.nanoseconds]
            )
            while try events.next() {
                let event = HistoryRow(events)
                if changed.insert(event.id).inserted { give(event.before) }
            }
            let rows = try RowCursor(
                database,
                "SELECT \(HistoryRow.lifeColumns) FROM binding WHERE created_at <= ?",
                [moment.nanoseconds]
            )
            while try rows.next() {
                let binding = HistoryRow(rows)
                if !changed.contains(binding.id) { give(binding.life) }
            }
            return report
        }
    }

    /// A life as it was at a moment; nil if it was not there.
    private static func remember(_ life: LifeRecord, at moment: WallTime) -> RememberedBinding? {
        guard life.createdAt <= moment else { return nil }
        var life = life
        if life.refreshedAt <= moment {
            return life.expiresAt > moment ? RememberedBinding(life: life, isEndKnown: true) : nil
        }
        life.refreshedAt = life.createdAt
        (life.refreshes, life.usualGap, life.gapDeviation) = (0, 0, 0)
        return RememberedBinding(life: life, isEndKnown: false)
    }

    private static func oldest(_ database: Database) throws -> WallTime? {
        try Int64.fetchOne(database, sql: "SELECT at FROM history ORDER BY number LIMIT 1")
            .map { WallTime(nanoseconds: $0) }
    }

    /// A text as the file holds it.
    private static func text(_ bytes: [UInt8]) -> any DatabaseValueConvertible {
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            return Data(bytes)
        }
        return text
    }

    private func read<Answer>(_ body: (Database) throws -> Answer) throws(StorageError) -> Answer {
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            return try queue.read(body)
        } catch let error as DatabaseError {
            throw StorageError(
                "the history in \(path) can't be read: \(error.message ?? error.resultCode.description)"
            )
        } catch {
            throw StorageError("the history in \(path) can't be read: \(error)")
        }
    }
}
