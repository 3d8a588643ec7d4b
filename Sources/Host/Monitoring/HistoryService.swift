import BindingTable
import ConsoleLink
import Dispatch
import Storage
import Synchronization
import Timing

/// Answers what consoles ask of the history, on a thread of its own: neither the registrar nor another
/// console waits for the disk.
final class HistoryService: Sendable {
    private let reader: HistoryReader
    private let queue = DispatchQueue(label: "regtop-history", qos: .utility)
    private let waiting = Mutex(0)

    /// Questions that may wait; whoever asks more is told so.
    private static let mostWaiting = 64

    init(_ reader: HistoryReader) { self.reader = reader }

    /// Reads a part of the history; `done` is called on another thread, or at once if too many wait.
    func page(_ query: HistoryQuery, _ done: @escaping @Sendable (HistoryPage) -> Void) {
        perform { [reader] in
            do throws(StorageError) {
                done(try reader.page(query))
            } catch {
                done(HistoryPage(refusal: error.description))
            }
        } orElse: {
            done(HistoryPage(refusal: Self.busy))
        }
    }

    /// Builds the view of a moment; `done` is called on another thread, or at once if too many wait.
    func past(at moment: WallTime, _ done: @escaping @Sendable (PastView?, ReplayReport) -> Void) {
        perform { [reader] in
            var past = PastReport(oldest: nil, isKept: false)
            do throws(StorageError) {
                let view = try PastView(at: moment) { table throws(StorageError) in
                    past = try reader.bindings(at: moment) { table.add($0) }
                }
                guard past.isKept else {
                    let why =
                        past.oldest == nil
                        ? "the journal holds nothing yet" : "the journal does not go back so far"
                    return done(nil, ReplayReport(oldest: past.oldest, refusal: why))
                }
                done(view, ReplayReport(at: moment, oldest: past.oldest))
            } catch {
                done(nil, ReplayReport(refusal: error.description))
            }
        } orElse: {
            done(nil, ReplayReport(refusal: Self.busy))
        }
    }

    private static let busy = "too many questions wait for the journal: ask again"

    private func perform(_ work: @escaping @Sendable () -> Void, orElse refuse: () -> Void) {
        let isWelcome = waiting.withLock { waiting in
            guard waiting < Self.mostWaiting else { return false }
            waiting += 1
            return true
        }
        guard isWelcome else { return refuse() }
        queue.async { [self] in
            work()
            waiting.withLock { $0 -= 1 }
        }
    }
}
