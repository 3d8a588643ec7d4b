internal import CSocket
public import SIPMessage
internal import Synchronization
public import Timing

/// This host's own addresses, as the system knows them at the moment of asking.
///
/// Answers about the way to a peer are remembered for a while, and only so many.
public final class HostAddresses: Sendable {
    private struct Memory {
        var answers: [IPAddress: IPAddress?] = [:]
        var since = Timestamp.zero
    }

    private let memory = Mutex(Memory())
    private let mostPeers: Int
    private let period: Interval

    /// - Parameters:
    ///   - mostPeers: ways that are remembered; one more forgets them all.
    ///   - period: how long they are, for routes change.
    public init(mostPeers: Int = 4_096, period: Interval = .seconds(30)) {
        self.mostPeers = mostPeers
        self.period = period
    }

    /// The addresses of all interfaces that are up, those of the loopback among them; link-local ones are left out, for
    /// they mean nothing without an interface.
    public static var all: [IPAddress] {
        var found = Array(repeating: csocket_endpoint(), count: 256)
        let count = csocket_host_addresses(&found, Int32(found.count))
        return found.prefix(max(0, Int(count))).map { Endpoint($0).address }.filter { !$0.isLinkLocal }
    }

    /// Which of our addresses a packet to a peer leaves from; nil: there is no way. Asks the routing table and sends
    /// nothing.
    public func address(toward peer: IPAddress, at now: Timestamp) -> IPAddress? {
        let known: IPAddress?? = memory.withLock { memory in
            if now - memory.since >= period || memory.answers.count >= mostPeers {
                memory.answers.removeAll(keepingCapacity: true)
                memory.since = now
            }
            return memory.answers[peer]
        }
        if let known { return known }
        var to = csocket_endpoint(Endpoint(address: peer, port: 0))
        var source = csocket_endpoint()
        let answer = csocket_source_address(&to, &source) == 0 ? Endpoint(source).address : nil
        memory.withLock { _ = $0.answers.updateValue(answer, forKey: peer) }
        return answer
    }
}
