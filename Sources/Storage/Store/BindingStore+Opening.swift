internal import BindingTable
internal import GRDB
public import Timing

extension BindingStore {
    /// Opens the file or makes it (mode 0600), and brings its schema forward. A damaged file is moved aside, and the
    /// rows that can be read from it are kept.
    ///
    /// - Throws: a sentence where the file can't be used: it is a newer regtop's or another program's, or its
    ///   directory can't be written.
    public static func open(
        _ path: String,
        options: StoreOptions,
        clock: @escaping @Sendable () -> ClockReading,
    ) throws(StorageError) -> BindingStore {
        do {
            var notes: [String] = []
            let contents: Contents
            do {
                contents = try find(path, options)
            } catch  where Trouble.isDamage(error) {
                let found = try replace(path, options, identity: nil, at: clock().wall)
                notes.append(found.note)
                contents = try find(path, options)
            }
            let state = State(
                queue: contents.queue,
                notes: notes,
                blocks: contents.blocks,
                drain: contents.drain
            )
            return BindingStore(
                path: path,
                options: options,
                identity: contents.identity,
                state: state,
                clock: clock
            )
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError(Trouble.sentence(error, path))
        }
    }

    /// An open file and what is read of it at once.
    private struct Contents {
        var queue: DatabaseQueue
        var identity: StoreIdentity
        var blocks: [BlockRows.Stored]
        var drain: BlockRows.Stored?
    }

    private static func find(_ path: String, _ options: StoreOptions) throws -> Contents {
        let queue = try StoreFile.open(path, options)
        return try queue.write { database in
            let identity = try Meta.identity(database)
            let (blocks, drain) = try BlockRows.read(database)
            return Contents(queue: queue, identity: identity, blocks: blocks, drain: drain)
        }
    }

    /// Moves a damaged file aside and makes a fresh one of what can be read.
    ///
    /// - Parameter identity: what the fresh file gets; nil: what can be read, or a new one.
    static func replace(
        _ path: String,
        _ options: StoreOptions,
        identity: StoreIdentity?,
        at wall: WallTime,
    ) throws -> (queue: DatabaseQueue, note: String) {
        let aside = try StoreFile.moveAside(path, at: wall)
        let queue = try StoreFile.open(path, options)
        var salvage = Salvage()
        try salvage.copy(from: aside, to: queue)
        if let identity { try queue.write { try Meta.set(identity, $0) } }
        let kept = "\(salvage.bindings) bindings and \(salvage.others) rows of history and orders were kept"
        return (queue, "\(path) was damaged and was moved aside to \(aside); \(kept)")
    }
}
