import Monitor
import SIPMessage
import Timing

extension AbusePolicy {
    /// The policy of the settings; throws what isn't a network.
    init(_ settings: SecuritySettings) throws(HostError) {
        self.init(failures: settings.failures)
        isOn = settings.autoBlock
        length = .seconds(max(1, settings.block))
        blocksOffices = settings.blocksOffices
        for text in settings.allow {
            guard let network = IPNetwork(text) else {
                throw HostError(
                    "security.allow: \(text) is no network; write 10.0.0.0/8, 2001:db8::/32 or an address",
                    exitCode: 2
                )
            }
            allowed.append(network)
        }
    }
}
