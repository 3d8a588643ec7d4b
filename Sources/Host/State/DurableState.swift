import BindingTable
import Glibc
import Storage
import Timing
import Transport

/// What of a registrar outlives its process: its state directory, held for as long as this lives, the audit trail and
/// the store in it.
///
/// To be opened before anything listens: a second process must not take a packet.
final class DurableState: Sendable {
    /// Where all of it is.
    let directory: StateDirectory
    /// Bindings and history; nil where the settings keep none.
    let store: BindingStore?
    private let lock: StateLock

    /// Takes the directory that the settings name and opens the store in it; throws one sentence.
    init(_ settings: Settings) throws(HostError) {
        directory = StateDirectory(settings.state, environment: Environment.known)
        lock = try StateLock(directory, group: settings.control.group)
        guard settings.store.isOn else {
            store = nil
            return
        }
        do throws(StorageError) {
            store = try BindingStore.open(
                directory.database,
                options: StoreOptions(settings),
                clock: { SystemClock.read() }
            )
        } catch {
            throw HostError("\(error)", exitCode: 1)
        }
    }

    /// The audit trail of the directory.
    var audit: AuditLog { AuditLog(path: directory.audit) }
}

extension StoreOptions {
    /// As the settings have it.
    init(_ settings: Settings) {
        self.init(
            durability: settings.store.durability == "power" ? .power : .process,
            onFailure: settings.store.onFailure == "continue" ? .continue : .refuse,
            historyDays: settings.history.days,
            historyBytes: settings.history.size << 20
        )
    }
}
