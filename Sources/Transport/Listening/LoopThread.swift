internal import CSocket
internal import Synchronization

/// A thread of our own, deaf to signals from outside, that ends when its body returns.
public final class LoopThread: Sendable {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let thread: Mutex<UInt64?>

    /// Starts `body`; `name` is cut to 15 bytes by the system.
    public init(name: String, body: @escaping @Sendable () -> Void) throws(TransportError) {
        let context = Unmanaged.passRetained(Body(body))
        var handle: UInt64 = 0
        let code = csocket_start_thread(
            { context in
                guard let context else { return }
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
            },
            context.toOpaque(),
            name,
            &handle,
        )
        guard code == 0 else {
            context.release()
            throw .cannotStart(errno: -code)
        }
        thread = Mutex(handle)
    }

    /// Waits until the body has returned; a second call returns at once.
    public func join() {
        let handle = thread.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let handle { _ = csocket_join_thread(handle) }
    }
}
