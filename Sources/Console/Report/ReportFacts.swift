public import BindingTable
public import ConsoleLink
public import Monitor
internal import SIPMessage

/// All that is known of one address of record, as `ReportInquiry` has asked for it: what a ticket report is made of.
public struct ReportFacts: Sendable {
    /// Name of the registrar's host.
    public var host: String
    /// The address of record.
    public var aor: [UInt8]
    /// Other addresses of record with the same user, where only a user was named.
    public var namesakes: [String] = []
    /// Its bindings, in the order of the list.
    public var bindings: [BindingDetail] = []
    /// Bindings that it has, those included that were too many to be asked for one by one.
    public var bindingCount = 0
    /// What a call to it would do now; nil: the registrar can't say.
    public var call: RouteAnswer?
    /// Its last attempts that are kept, newest first.
    public var attempts: [AttemptRow] = []
    /// The last calls to it and from it that are kept, newest first.
    public var calls: [AttemptRow] = []
    /// All that was found in the newest of both.
    public var details: [AttemptID: AttemptDetail] = [:]
    /// What the journal tells of it, newest first.
    public var history = HistoryPage()
    /// All blocks in force.
    public var blocks: [Block] = []
    /// What the rules make of a request from where it came last; empty where that is not known.
    public var rules: [String] = []
    /// Where that was, and over what: `198.51.100.7 udp`.
    public var ruledFor = ""
    /// Newcomers are turned away.
    public var drain: Drain?
    /// Why changes are not durable; nil: they are.
    public var storeTrouble: String?

    /// Nothing is known yet.
    public init(host: String, aor: [UInt8]) {
        self.host = host
        self.aor = aor
    }

    /// The bindings that live.
    var live: [BindingDetail] { bindings.filter { !$0.row.isGone && $0.row.binding.gone == nil } }

    /// The blocks that keep it out: its own, and those of sources that it has or had.
    var blocksOfIt: [Block] {
        let sources = Set(
            live.map(\.row.binding.facts.path.source.address) + attempts.map(\.path.source.address)
        )
        return blocks.filter { block in
            switch block.subject {
            case .aor(let name): name == aor
            case .source(let address): sources.contains(address)
            }
        }
    }
}
