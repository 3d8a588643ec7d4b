import ConsoleLink
import SIPMessage
import Synchronization
import Transport

/// `GET /metrics`: all counters and gauges over HTTP, where the setting `metrics` wants it.
final class MetricsEndpoint: Sendable {
    /// What is listened on, with the real port.
    var endpoint: Endpoint { server.endpoint }
    /// What the log says of a listener that others than this machine reach; nil if none do.
    let warning: String?

    private let server: PageServer
    private let source: Source

    /// The port, unless the setting names another.
    static let usualPort: UInt16 = 9154

    /// Listens at once, so that a start fails whole; tells nothing before `open`.
    ///
    /// - Parameter text: `HOST:PORT`, `HOST`, or `PORT` alone for 127.0.0.1.
    init(_ text: String) throws(HostError) {
        let address = try Self.address(text)
        let source = Source()
        self.source = source
        do throws(TransportError) {
            server = try PageServer(listening: address, path: "/metrics") { accept, done in
                guard let monitor = source.monitor.withLock({ $0 }) else { return done(nil) }
                let form = MetricText(accept: accept)
                monitor.statistics { metrics in
                    done(Page(contentType: form.contentType, text: form.text(metrics)))
                }
            }
        } catch {
            throw HostError("metrics: \(error)", exitCode: 1)
        }
        warning = server.endpoint.address.isLoopback ? nil : Self.exposed(server.endpoint)
    }

    /// Where the numbers come from, once there are any.
    private final class Source: Sendable {
        let monitor = Mutex<MonitorService?>(nil)
    }

    /// Answers from now on with what this monitor says.
    func open(_ monitor: MonitorService) { source.monitor.withLock { $0 = monitor } }

    /// Ends the listener and its connections.
    func stop() {
        source.monitor.withLock { $0 = nil }
        server.stop()
    }

    /// Reads the setting.
    static func address(_ text: String) throws(HostError) -> ListenAddress {
        let isPort = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let full = isPort ? "tcp:127.0.0.1:\(text)" : "tcp:\(text)"
        do throws(TransportError) {
            var address = try ListenAddress(parsing: full)
            // SIP's own port is what a listener means that names none; metrics have another.
            if !isPort, !namesPort(text) { address.port = usualPort }
            return address
        } catch {
            throw HostError(
                "metrics \(text): write PORT or HOST:PORT, such as 9154 or 127.0.0.1:9154",
                exitCode: 2
            )
        }
    }

    private static func namesPort(_ text: String) -> Bool {
        text.hasPrefix("[") ? text.contains("]:") : text.contains(":")
    }

    private static func exposed(_ endpoint: Endpoint) -> String {
        "metrics are served on \(endpoint), which others than this machine may reach: they need no password"
    }
}
