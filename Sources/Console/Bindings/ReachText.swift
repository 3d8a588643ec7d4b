internal import BindingTable
internal import Cells
internal import SIPMessage

/// The words for how a binding can be reached: connection, pings, the proxies on the way.
enum ReachText {
    /// `live`, `gone`; `-` for a binding that came over UDP.
    static func connection(_ reachability: Reachability) -> TextRun {
        let role: Role =
            switch reachability.connection {
            case .none: .textDim
            case .live: .text
            case .gone: .stateFail
            }
        return TextRun(reachability.connection.word, role: role)
    }

    /// `up 12ms`, `never`, `stopped 3`, `no answer` to a call; `-` where no ping has been sent.
    static func ping(_ reachability: Reachability) -> TextRun {
        switch reachability.ping {
        case .unknown: TextRun("-", role: .textDim)
        case .answering: TextRun("up \(roundTrip(reachability.roundTrip))", role: .stateOK)
        case .neverAnswered: TextRun("never", role: .textDim)
        case .stoppedAnswering where reachability.hasMissedCall: TextRun("no answer", role: .stateFail)
        case .stoppedAnswering: TextRun("stopped \(silent(reachability.silentPings))", role: .stateFail)
        }
    }

    /// How a phone has stopped answering: the start of a sentence, or what follows "but".
    static func silence(_ reachability: Reachability) -> String {
        reachability.hasMissedCall
            ? "the last call to it got no answer, not even that it rings"
            : "it used to answer pings and does no longer"
    }

    /// `0.4ms`, `12ms`, `1.2s`: three digits are enough for a column.
    static func roundTrip(_ microseconds: UInt32) -> String {
        let value = Double(microseconds)
        if microseconds < 10_000 { return "\(TimeText.fixed(value / 1_000, 1))ms" }
        if microseconds < 999_500 { return "\(TimeText.fixed(value / 1_000, 0))ms" }
        return "\(TimeText.fixed(value / 1_000_000, 1))s"
    }

    /// How many pings were not answered; the count stops at 255.
    static func silent(_ count: UInt8) -> String { count == .max ? "255+" : String(count) }

    /// The hosts of a Path header's values in their order, the proxy nearest to us first (RFC 3327 §5.3).
    static func hops(_ path: [UInt8]) -> [String] {
        CallRoute.addresses(in: path).map { BindingColumns.text($0).trimmed }.filter { !$0.isEmpty }.map(host)
    }

    /// `edge1.example.net:5061` of `"Edge" <sip:edge1.example.net:5061;lr>`.
    private static func host(_ value: String) -> String {
        guard let start = value.firstIndex(of: "<") else { return BindingColumns.hostPart(value) }
        let inner = value[value.index(after: start)...]
        return BindingColumns.hostPart(String(inner.prefix { $0 != ">" }))
    }

    /// The first proxy, and how many come behind it: `edge1.example.net +1`.
    static func hopsInShort(_ path: [UInt8]) -> String {
        let all = hops(path)
        guard let first = all.first else { return "-" }
        return all.count == 1 ? first : "\(first) +\(all.count - 1)"
    }
}
