public import SIPMessage

/// The way from a host in a URI to the addresses of its servers (RFC 3263 §4): which transport, which port, in which
/// order. Asks nobody itself: its questions are handed out, and answers come in whatever order.
///
/// Bounded: whatever DNS answers, few questions are asked and few servers named.
public struct ServerLocation: Sendable {
    /// The servers, the best first; nil as long as questions are open. Empty: the host was not found, or has none that
    /// we may send to.
    public private(set) var servers: [ServerAddress]?

    /// One service whose hosts are asked for.
    private struct Service {
        var transport: TransportKind
        var name: [UInt8]
        var records: [ServiceRecord]?
    }

    /// A host at which the service is.
    private struct Place {
        var transport: TransportKind
        var port: UInt16
        var name: [UInt8]
    }

    private enum Stage {
        /// Which transports are there?
        case transports
        /// Which hosts serve them?
        case services
        /// What are their addresses?
        case addresses
    }

    /// Most SRV records of one name that are looked at, hosts that are asked for, and servers that are named.
    static let maximumRecords = 32, maximumPlaces = 8, maximumServers = 16

    private let hop: HostHop
    private let transports: [TransportKind]
    private var draw: WeightedDraw
    private var stage = Stage.transports
    private var services: [Service] = []
    private var places: [Place] = []
    private var addresses: [LocationQuestion: [IPAddress]] = [:]
    private var waiting: Set<LocationQuestion> = []
    private var fresh: [LocationQuestion] = []

    /// Begins to look for a host. `transports` are those that we can send over at all; `seed` decides how servers of
    /// one priority are mixed, and must be another one each time.
    public init(of hop: HostHop, over transports: [TransportKind], seed: UInt64) {
        self.hop = hop
        self.transports = transports
        draw = WeightedDraw(seed: seed)
        begin()
    }

    /// Questions that are to be asked now, each once.
    public mutating func takeQuestions() -> [LocationQuestion] {
        defer { fresh.removeAll() }
        return fresh
    }

    /// Takes an answer; one that was not asked for is ignored.
    public mutating func answer(_ question: LocationQuestion, with answer: LocationAnswer) {
        guard waiting.remove(question) != nil else { return }
        switch (question.kind, answer) {
        case (.naptr, .naptr(let records)): services = usable(records)
        case (.srv, .srv(let records)):
            for index in services.indices where services[index].name == question.name {
                services[index].records = Array(records.prefix(Self.maximumRecords))
            }
        case (.a, .addresses(let found)), (.aaaa, .addresses(let found)):
            addresses[question] = Array(found.prefix(Self.maximumServers))
        default: break
        }
        if waiting.isEmpty { proceed() }
    }

    // MARK: Steps

    /// RFC 3263 §4.1: what the URI itself decides.
    private mutating func begin() {
        guard hop.address != nil || Self.isName(hop.host) else { return end([]) }
        if hop.address != nil || hop.port != nil {
            guard let transport = hop.transport.map(secured) ?? defaultTransport, mayUse(transport) else {
                return end([])
            }
            if let address = hop.address {
                let port = hop.port ?? transport.usualPort
                return end([
                    ServerAddress(transport: transport, endpoint: Endpoint(address: address, port: port))
                ])
            }
            return askAddresses(of: [Place(transport: transport, port: port(transport), name: hop.host)])
        }
        if let named = hop.transport {
            let transport = secured(named)
            guard mayUse(transport) else { return end([]) }
            return askServices([service(over: transport)])
        }
        ask(LocationQuestion(hop.host, .naptr))
    }

    /// All that was asked is answered.
    private mutating func proceed() {
        switch stage {
        case .transports:
            guard services.isEmpty else { return askServices(services) }
            // No NAPTR: each transport is asked for by the name it would have (RFC 3263 §4.1).
            let offered: [TransportKind] = hop.isSecure ? [.tls] : [.udp, .tcp]
            let possible = offered.filter(mayUse)
            guard !possible.isEmpty else { return end([]) }
            askServices(possible.map(service))
        case .services:
            let known = services.filter { $0.records?.isEmpty == false }
            guard known.isEmpty else { return choosePlaces(of: known) }
            // No SRV: the host itself at the usual port (RFC 3263 §4.2).
            guard let transport = hop.transport.map(secured) ?? defaultTransport, mayUse(transport) else {
                return end([])
            }
            askAddresses(of: [Place(transport: transport, port: port(transport), name: hop.host)])
        case .addresses:
            end(places.flatMap(servers))
        }
    }

    private mutating func askServices(_ wanted: [Service]) {
        stage = .services
        services = wanted
        for service in wanted { ask(LocationQuestion(service.name, .srv)) }
    }

    private mutating func choosePlaces(of known: [Service]) {
        var chosen: [Place] = []
        for service in known {
            for record in draw.order(service.records ?? []) where Self.isName(record.target) {
                chosen.append(
                    Place(transport: service.transport, port: record.port, name: record.target)
                )
            }
        }
        // A target of "." says that there is no such service, and the host itself is not tried (RFC 2782).
        askAddresses(of: chosen.filter { $0.port != 0 })
    }

    private mutating func askAddresses(of wanted: [Place]) {
        stage = .addresses
        places = Array(wanted.prefix(Self.maximumPlaces))
        guard !places.isEmpty else { return end([]) }
        for place in places {
            ask(LocationQuestion(place.name, .aaaa))
            ask(LocationQuestion(place.name, .a))
        }
    }

    private mutating func ask(_ question: LocationQuestion) {
        if waiting.insert(question).inserted { fresh.append(question) }
    }

    /// No server twice, though names may share addresses.
    private mutating func end(_ found: [ServerAddress]) {
        var distinct: [ServerAddress] = []
        for server in found where !distinct.contains(server) && distinct.count < Self.maximumServers {
            distinct.append(server)
        }
        servers = distinct
    }

    // MARK: Choices

    /// The two families take turns, IPv6 first (RFC 7984 §4), so that one that does not work costs one try.
    private func servers(at place: Place) -> [ServerAddress] {
        let six = addresses[LocationQuestion(place.name, .aaaa)] ?? []
        let four = addresses[LocationQuestion(place.name, .a)] ?? []
        var turns: [IPAddress] = []
        for index in 0..<max(six.count, four.count) {
            if six.indices.contains(index) { turns.append(six[index]) }
            if four.indices.contains(index) { turns.append(four[index]) }
        }
        return turns.map {
            ServerAddress(
                transport: place.transport,
                endpoint: Endpoint(address: $0, port: place.port)
            )
        }
    }

    /// The records that lead to a transport of ours, the preferred first (RFC 3263 §4.1).
    private func usable(_ records: [NamingRecord]) -> [Service] {
        let sorted = records.prefix(Self.maximumRecords)
            .sorted { ($0.order, $0.preference) < ($1.order, $1.preference) }
        var services: [Service] = []
        for record in sorted {
            guard record.flags == [0x73] || record.flags == [0x53], !record.rewrites,
                let transport = Self.transport(ofService: record.service), mayUse(transport),
                Self.isName(record.replacement),
                !services.contains(where: { $0.name == record.replacement })
            else { continue }
            services.append(Service(transport: transport, name: record.replacement))
        }
        return Array(services.prefix(Self.maximumPlaces))
    }

    private static func transport(ofService service: [UInt8]) -> TransportKind? {
        switch String(decoding: service, as: UTF8.self).lowercased() {
        case "sip+d2u": .udp
        case "sip+d2t": .tcp
        case "sips+d2t": .tls
        default: nil
        }
    }

    private func service(over transport: TransportKind) -> Service {
        let prefix =
            switch transport {
            case .udp: "_sip._udp."
            case .tls: "_sips._tcp."
            default: "_sip._tcp."
            }
        return Service(transport: transport, name: Array(prefix.utf8) + hop.host)
    }

    /// UDP, or TLS for a SIPS URI (RFC 3263 §4.1); over TCP if we have no UDP.
    private var defaultTransport: TransportKind? {
        hop.isSecure ? .tls : [.udp, .tcp].first(where: mayUse)
    }

    /// What a SIPS URI makes of a transport that it names: TCP is TLS then (RFC 3261 §26.2.2).
    private func secured(_ transport: TransportKind) -> TransportKind {
        hop.isSecure && transport == .tcp ? .tls : transport
    }

    private func mayUse(_ transport: TransportKind) -> Bool {
        transports.contains(transport) && (transport.isSecure || !hop.isSecure)
    }

    private func port(_ transport: TransportKind) -> UInt16 {
        hop.port ?? transport.usualPort
    }

    /// A name that DNS can be asked for: labels of letters, digits, hyphens and underscores.
    static func isName(_ name: [UInt8]) -> Bool {
        guard !name.isEmpty, name.count <= 253 else { return false }
        return name.split(separator: 0x2e, omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.count <= 63
                && label.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: true
                    default: false
                    }
                }
        }
    }
}

extension TransportKind {
    /// Where SIP listens unless something else is said (RFC 3261 §19.1.2).
    fileprivate var usualPort: UInt16 { isSecure ? 5061 : 5060 }
}
