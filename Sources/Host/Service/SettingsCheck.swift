import Monitor
import SIPMessage
import Timing
import Transport

/// What a start would do with settings, without doing it: for `config check`.
public struct SettingsCheck {
    private let settings: Settings

    /// A check of these settings.
    public init(_ settings: Settings) { self.settings = settings }

    /// Reads the accounts files and settles what is left open; a line for each listener and domain. Throws what a
    /// start would throw, or say on the screen.
    public func facts() throws -> [String] {
        let addresses = try RegistrarService.addresses(settings)
        try checkFilter()
        return addresses.map { "listener  \($0)" } + (try tls(addresses)) + (try operations())
            + (try PolicyBuilder(settings: settings, listeners: addresses).build().facts)
    }

    private func operations() throws(HostError) -> [String] {
        let (log, kept) = (settings.log, settings.log.keep)
        var facts: [String] = []
        if let metrics = settings.metrics {
            let address = try MetricsEndpoint.address(metrics)
            facts.append("metrics   http://\("\(address)".dropFirst("tcp:".count))/metrics")
        }
        if let file = log.file {
            let older = kept == 1 ? "1 older file" : "\(kept) older files"
            facts.append("log       \(file), begun anew at \(log.size) MB, \(older)")
        }
        return facts
    }

    private func tls(_ addresses: [ListenAddress]) throws(HostError) -> [String] {
        let isNeeded = addresses.contains { $0.transport.isSecure }
        guard let files = settings.tls.files else {
            guard isNeeded else { return [] }
            let sentence = "tls and wss listeners need a certificate; name tls.certificate and tls.key"
            throw HostError(sentence, exitCode: 1)
        }
        do throws(TransportError) {
            let ends = CivilTime(try files.check())
            return ["tls       \(files.certificate), ends \(ends.sipDate)"]
        } catch {
            throw HostError(error.description, exitCode: 1)
        }
    }

    private func checkFilter() throws(HostError) {
        let console = settings.console
        guard !console.filter.isEmpty else { return }
        do throws(FilterError) {
            _ = try Filter(console.filter, for: Filter.Subject(rawValue: console.view) ?? .bindings)
        } catch {
            throw HostError("console.filter \(console.filter): \(error)", exitCode: 1)
        }
    }
}
