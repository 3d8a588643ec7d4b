import Console
import Dispatch
import Synchronization

/// Saves what one console's operator orders, one order after the other, on a queue of its own: neither keys nor the
/// registrar ever wait for it.
final class SaveDesk: Sendable {
    private let line: any ConsoleLine
    private let report: @Sendable (_ order: Int, SaveReport) -> Void
    private let queue = DispatchQueue(label: "regtop.save", qos: .utility)
    /// Orders up to this number are not wanted any more.
    private let stopped = Mutex(0)
    private let latest = Mutex(0)

    /// - Parameter report: hears what comes of orders, on any thread.
    init(line: any ConsoleLine, report: @escaping @Sendable (_ order: Int, SaveReport) -> Void) {
        self.line = line
        self.report = report
    }

    /// Takes an order; returns at once.
    func begin(_ order: SaveOrder) {
        latest.withLock { $0 = max($0, order.number) }
        queue.async { [self] in
            let run = SaveRun(
                order: order,
                isStopped: { [self] in stopped.withLock { $0 >= order.number } },
                tell: { [report] in report(order.number, $0) }
            )
            report(order.number, run.run { () throws(HostError) in try line.scriptLink() })
        }
    }

    /// Stops what is being saved: each order has its last word all the same.
    func stop() {
        let last = latest.withLock { $0 }
        stopped.withLock { $0 = max($0, last) }
    }
}
