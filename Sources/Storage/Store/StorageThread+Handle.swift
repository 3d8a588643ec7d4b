internal import Glibc
internal import Synchronization

extension StorageThread {
    /// The running thread.
    final class Handle: Sendable {
        private final class Start: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }

        private let thread: Mutex<pthread_t?>

        /// Starts a thread that takes no signals: those are for the main one.
        init(_ body: @escaping @Sendable () -> Void) throws(StorageError) {
            let start = Unmanaged.passRetained(Start(body))
            var all = sigset_t()
            var before = sigset_t()
            sigfillset(&all)
            for fault in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGSYS] {
                sigdelset(&all, fault)
            }
            pthread_sigmask(SIG_SETMASK, &all, &before)
            var created = pthread_t()
            let code = pthread_create(
                &created,
                nil,
                { context in
                    if let context { Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body() }
                    return nil
                },
                start.toOpaque()
            )
            pthread_sigmask(SIG_SETMASK, &before, nil)
            guard code == 0 else {
                start.release()
                throw StorageError("the storage thread can't be started (\(String(cString: strerror(code))))")
            }
            thread = Mutex(created)
        }

        /// Waits for its end; the first caller does.
        func join() {
            let own = thread.withLock { thread in
                defer { thread = nil }
                return thread
            }
            if let own { pthread_join(own, nil) }
        }
    }
}
