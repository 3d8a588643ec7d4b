import Dispatch
import Synchronization

/// A flag that one thread waits for and any thread raises; raised twice before it is seen, it is one.
final class WakeUp: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let isRaised = Atomic(false)

    /// Puts the flag up.
    func raise() {
        if !isRaised.exchange(true, ordering: .acquiringAndReleasing) { semaphore.signal() }
    }

    /// Waits until the flag is up or the time is over, and takes it down.
    func wait(milliseconds: Int) {
        if semaphore.wait(timeout: .now() + .milliseconds(milliseconds)) == .success {
            isRaised.store(false, ordering: .releasing)
        }
    }
}
