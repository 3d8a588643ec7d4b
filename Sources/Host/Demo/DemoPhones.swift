import Glibc
import SIPDigest
import SIPMessage
import Simulation
import Synchronization
import Timing
import Transport

/// The simulated phones of `--demo` on real loopback sockets: they know the registrar by its address only.
final class DemoPhones: Sendable {
    private let isStopping = Atomic(false)
    private let thread = Mutex<LoopThread?>(nil)

    /// Starts the phones against the first listeners that fit.
    init(_ demo: DemoPopulation, listeners: [Listener]) throws(HostError) {
        let count = demo.count
        let routes = Routes(listeners)
        do throws(TransportError) {
            let thread = try LoopThread(name: "regtop-demo") { [self] in
                guard let worker = try? DigestWorker(lane: 255) else { return }
                var life = Life(count: count, routes: routes)
                while !isStopping.load(ordering: .relaxed) { life.turn(using: worker) }
                life.end()
            }
            self.thread.withLock { $0 = thread }
        } catch {
            throw HostError(error.description, exitCode: 1)
        }
    }

    /// Ends the phones; their bindings stay until they expire, as with a power cut.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        thread.withLock { $0 }?.join()
    }

    /// Where the phones find the registrar, by transport and family.
    private struct Routes: Sendable {
        private let listeners: [Listener]

        init(_ listeners: [Listener]) { self.listeners = listeners }

        func registrar(_ transport: TransportKind, isIPv4: Bool) -> Endpoint? {
            listeners.first { $0.transport == transport && $0.endpoint.address.isIPv4 == isIPv4 }?.endpoint
        }
    }

    /// The phones and their sockets, on their thread.
    private struct Life {
        private var population: Population
        private let routes: Routes
        private var sockets: [Int: DemoSocket] = [:]
        private var outputs: [PopulationOutput] = []

        init(count: Int, routes: Routes) {
            self.routes = routes
            population = DemoPopulation.population(
                count: count,
                now: SystemClock.read().timestamp,
                hasIPv6: routes.registrar(.udp, isIPv4: false) != nil,
                hasTCP: routes.registrar(.tcp, isIPv4: true) != nil
            )
        }

        /// Waits for the next thing to happen, at most a tenth of a second, and passes it on.
        mutating func turn(using worker: DigestWorker) {
            let now = SystemClock.read().timestamp
            population.tick(now: now, using: worker, into: &outputs)
            perform(now)
            let patience = min(
                100,
                max(0, (population.nextDeadline - SystemClock.read().timestamp).milliseconds + 1)
            )
            let watched = Array(sockets.keys)
            var descriptors = watched.map { key in
                pollfd(fd: sockets[key]?.descriptor ?? -1, events: Int16(POLLIN), revents: 0)
            }
            guard poll(&descriptors, nfds_t(descriptors.count), Int32(patience)) > 0 else { return }
            for (index, key) in watched.enumerated() where descriptors[index].revents != 0 {
                guard let bytes = sockets[key]?.receive() else { continue }
                let now = SystemClock.read().timestamp
                if bytes.isEmpty {
                    drop(key, now)
                } else {
                    population.receive(bytes, on: key, now: now, using: worker, into: &outputs)
                }
                perform(now)
            }
        }

        mutating func end() {
            for socket in sockets.values { close(socket.descriptor) }
            sockets = [:]
        }

        private mutating func perform(_ now: Timestamp) {
            let wanted = outputs
            outputs.removeAll(keepingCapacity: true)
            for output in wanted {
                switch output {
                case .open(let key): open(key, now)
                case .send(let key, let bytes):
                    if let socket = sockets[key], !socket.send(bytes), socket.isBroken { drop(key, now) }
                }
            }
        }

        private mutating func open(_ key: Int, _ now: Timestamp) {
            let wanted = population.sockets[key]
            guard let registrar = routes.registrar(wanted.transport, isIPv4: wanted.source.isIPv4),
                let socket = DemoSocket(
                    source: wanted.source,
                    transport: wanted.transport,
                    registrar: registrar
                )
            else { return population.lost(key, now: now) }
            sockets[key] = socket
            population.opened(key, local: socket.local, now: now)
        }

        private mutating func drop(_ key: Int, _ now: Timestamp) {
            if let socket = sockets.removeValue(forKey: key) { close(socket.descriptor) }
            population.lost(key, now: now)
        }
    }
}

extension DemoSocket {
    /// A send failed for another reason than a full buffer or a registrar that isn't there at the moment.
    var isBroken: Bool { errno != EAGAIN && errno != ECONNREFUSED && errno != EINPROGRESS }
}
