public import SIPMessage
public import Timing

/// Many phones that have something in common have fallen silent together: one alarm instead of one for each.
public struct Outage: Codable, Hashable, Sendable {
    /// What they have in common.
    public enum Kind: UInt8, WordCodable, Hashable, Sendable {
        /// The network that they send from: /24, /48 for IPv6, or a single address.
        case site
        /// The listener that they come to.
        case listener
        /// The User-Agent.
        case agent

        /// `site`, `listener` or `agent`.
        public var codingWord: String {
            switch self {
            case .site: "site"
            case .listener: "listener"
            case .agent: "agent"
            }
        }
    }

    /// What they have in common.
    public var kind: Kind
    /// Which: `203.0.113.0/24`, `udp 192.0.2.1:5060`, or a User-Agent.
    public var name: String
    /// So many of the phones whose rhythm is known are silent, those whose bindings have run out since among them.
    public var silent: Int, phones: Int
    /// When they were last heard of.
    public var since: Timestamp

    /// Puts the parts together.
    public init(kind: Kind, name: String, silent: Int, phones: Int, since: Timestamp) {
        self.kind = kind
        self.name = name
        self.silent = silent
        self.phones = phones
        self.since = since
    }

    /// `site 203.0.113.0/24: 41 of 44 phones silent`
    public var text: String { "\(subject): \(silent) of \(phones) phones silent" }

    /// `site 203.0.113.0/24`
    public var subject: String { "\(kind == .agent ? "User-Agent" : kind.codingWord) \(name)" }

    /// The filter of Bindings that shows those of them that are still bound.
    public var filter: String {
        switch kind {
        case .site: "ip:\(name) beat:missed"
        case .agent: "\(Filter.agent(name)) beat:missed"
        case .listener:
            "tp:\(name.prefix { $0 != " " }) path:\"> \(name.drop { $0 != " " }.dropFirst())\" beat:missed"
        }
    }
}

extension Filter {
    /// The term that only bindings and attempts with this User-Agent pass; empty stands for none given.
    public static func agent(_ name: String) -> String {
        guard !name.isEmpty else { return "ua!~." }
        return "ua=\(quoted(name, always: true))"
    }
}
