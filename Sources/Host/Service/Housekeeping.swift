import Dispatch
import Glibc
import Synchronization

/// The once-a-second things that no loop should do: whether a file of accounts or of TLS has changed, whether
/// a block has ended.
final class Housekeeping: Sendable {
    private struct Watched: Sendable {
        var stamps: [String: AccountsFile.Stamp?] = [:]
    }

    private let watched = Mutex(Watched())
    private let queue = DispatchQueue(label: "regtop.housekeeping", qos: .utility)
    private let isOver = Atomic(false)

    /// Calls `tick` once a second with whether a watched file has changed since the last time.
    func start(watching files: [String], tick: @escaping @Sendable (Bool) -> Void) {
        watch(files)
        queue.asyncAfter(deadline: .now() + 1) { [self] in next(tick) }
    }

    private func next(_ tick: @escaping @Sendable (Bool) -> Void) {
        guard !isOver.load(ordering: .relaxed) else { return }
        tick(hasChanged())
        queue.asyncAfter(deadline: .now() + 1) { [self] in next(tick) }
    }

    /// Watches these files from now on, as they are now.
    func watch(_ files: [String]) {
        watched.withLock { watched in
            watched.stamps = Dictionary(files.map { ($0, AccountsFile.stamp(of: $0)) }) { first, _ in first }
        }
    }

    /// Ends the calls.
    func stop() {
        isOver.store(true, ordering: .relaxed)
    }

    private func hasChanged() -> Bool {
        watched.withLock { watched in
            var changed = false
            for (path, stamp) in watched.stamps {
                let now = AccountsFile.stamp(of: path)
                guard now != stamp else { continue }
                watched.stamps[path] = now
                changed = true
            }
            return changed
        }
    }
}

/// The machine's processors that this process may use.
enum Processors {
    /// How many, at least 1.
    static var count: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
