internal import BindingTable
internal import Monitor
internal import SIPMessage

/// Where Enter leads from a number of the overview: to the rows behind it.
enum OverviewLead: Hashable, Sendable {
    case binding(BindingID)
    /// Bindings that pass a filter, in the order of a column.
    case bindings(String, BindingColumn)
    /// Attempts that pass a filter; only failures if asked; tries to register, or calls.
    case attempts(String, failuresOnly: Bool = false, kind: RequestKind = .registrations)
    /// Devices, with the cursor on a User-Agent; nil for the worst.
    case devices(String?)

    /// What the line under the screen says of it: `Bindings exp<60`.
    var text: String {
        switch self {
        case .binding: "this binding"
        case .bindings(let filter, _): filter.isEmpty ? "Bindings" : "Bindings \(filter)"
        case .attempts(let filter, let failuresOnly, let kind):
            (kind == .calls ? "Calls" : "Attempts") + (filter.isEmpty ? "" : " \(filter)")
                + (failuresOnly ? ", only failures" : "")
        case .devices(let name): name.map { "Devices: \($0.isEmpty ? "(none given)" : $0)" } ?? "Devices"
        }
    }
}

/// A number of the overview with its name, and where it leads.
struct OverviewItem: Sendable {
    var name: String
    var lead: OverviewLead

    init(_ name: String, _ lead: OverviewLead) {
        self.name = name
        self.lead = lead
    }
}

/// The numbers of the panes that have no rows of their own, in the order in which the cursor goes through them.
struct OverviewItems {
    let numbers: Overview

    init(_ numbers: Overview) { self.numbers = numbers }

    /// The numbers at the top.
    var head: [OverviewItem] {
        [
            OverviewItem("BINDINGS", .bindings("", .expires)), OverviewItem("AORs", .bindings("", .aor)),
            OverviewItem("per AOR", .bindings("", .aor)),
            OverviewItem("ending < 60 s", .bindings("exp<60", .expires)),
            OverviewItem("missed beat", .bindings("beat:missed", .expires)),
            OverviewItem("peak", .bindings("", .age)), OverviewItem("LOST", .attempts("")),
            OverviewItem("successes kept", .attempts("")),
        ]
    }

    /// Filters of the rates, in their order.
    static let rateFilters = [
        "", "code>=200 code<300", "code=401", "code=403", "code=423",
        "(code=400 or code>=404) !code>=500 !code=423",
        "code>=500",
    ]

    static let rateNames = ["REGISTER", "200", "401", "403", "423", "4xx", "5xx"]

    /// Ended attempts to log in, by verdict, the commonest first; other requests are none.
    var verdicts: [VerdictCount] {
        numbers.verdicts.filter { $0.verdict != .waiting && $0.verdict != .other }.sorted {
            ($1.count, $0.verdict.rawValue) < ($0.count, $1.verdict.rawValue)
        }
    }

    /// Rates, logins, delays and histories.
    var meters: [OverviewItem] {
        zip(Self.rateNames, Self.rateFilters).map { OverviewItem($0, .attempts($1)) }
            + [
                OverviewItem("logins ok", .attempts("result:OK")),
                OverviewItem("logins failed", .attempts("", failuresOnly: true)),
            ]
            + verdicts.map {
                OverviewItem(VerdictWords.short($0.verdict), .attempts("result:\($0.verdict.word)"))
            }
            + ["p50", "p99", "max", "kept", "lost", "REG/s"].map { OverviewItem($0, .attempts("")) }
            + [OverviewItem("fail/s", .attempts("", failuresOnly: true))]
    }

    /// Calls by outcome, the commonest first.
    var calls: [OverviewItem] {
        guard !numbers.calls.isEmpty else { return [] }
        return [OverviewItem("CALLS /s", .attempts("", kind: .calls))]
            + sortedCalls.map {
                let filter = "method:INVITE result:\($0.verdict.filterWord)"
                return OverviewItem(CallVerdictWords.short($0.verdict), .attempts(filter, kind: .calls))
            }
    }

    /// The same numbers: those that were answered, then the others, the most first; last who were asked for a password,
    /// since nearly all of them come back with one and are counted again by what came of it.
    var sortedCalls: [CallCount] {
        func place(_ call: CallCount) -> Int {
            switch call.verdict {
            case .answered: 0
            case .challenged: 2
            default: 1
            }
        }
        return numbers.calls.sorted {
            let (a, b) = (place($0), place($1))
            return a != b ? a < b : ($1.count, $0.verdict.rawValue) < ($0.count, $1.verdict.rawValue)
        }
    }

    /// Places among `meters` of the first verdict, the first delay and the first history.
    static let firstVerdict = 9
    var firstDelay: Int { Self.firstVerdict + verdicts.count }
    var firstHistory: Int { firstDelay + 5 }

    /// Half minutes of the horizon, then the forecast.
    var horizon: [OverviewItem] {
        (0..<20).map { OverviewItem("\($0 * 30)-\($0 * 30 + 30) s", .bindings(Self.exp($0), .expires)) }
            + [
                OverviewItem("refreshes", .bindings("", .refreshed)),
                OverviewItem("restart", .bindings("conn:live", .expires)),
            ]
    }

    private static func exp(_ step: Int) -> String { "exp>\(step * 30) exp<=\(step * 30 + 30)" }

    /// User-Agents, and all others.
    var agents: [OverviewItem] {
        numbers.agents.prefix(5).map { OverviewItem($0.name, .devices($0.name)) }
            + (numbers.otherAgents > 0 ? [OverviewItem("more", .devices(nil))] : [])
            + (numbers.flawed > 0 ? [OverviewItem("flawed", .devices(nil))] : [])
    }

    /// Transports, connections, ghosts, NAT, families, pings.
    var transports: [OverviewItem] {
        func bindings(_ name: String, _ filter: String, _ column: BindingColumn = .expires) -> OverviewItem {
            OverviewItem(name, .bindings(filter, column))
        }
        var items = shownTransports.map { bindings($0.transport.name, "tp:\($0.transport.name)") }
        if numbers.liveness.hasConnections { items.append(bindings("CONN live", "conn:live")) }
        if numbers.liveness.disconnected > 0 { items.append(bindings("CONN gone", "conn:gone")) }
        if numbers.liveness.ghosts > 0 { items.append(bindings("ghosts", "ghost:yes", .aor)) }
        items += [bindings("NAT", "nat:yes"), bindings("IPv6", "ip:::/0")]
        guard numbers.liveness.hasPings else { return items }
        return items + [
            bindings("PING up", "ping:up", .ping), bindings("PING stopped", "ping:stopped", .ping),
            bindings("PING never", "ping:never"), bindings("PING median", "ping:up", .ping),
        ]
    }

    /// Transports that have bindings.
    var shownTransports: [TransportCount] { numbers.transports.filter { $0.count > 0 } }

    /// Place among `transports` of a name.
    func transport(_ name: String) -> Int? { transports.firstIndex { $0.name == name } }
}
