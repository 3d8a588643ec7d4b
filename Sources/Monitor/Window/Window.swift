public import BindingTable
public import Timing

/// The answer to a `WindowQuery`: the rows that it shows, and where they stand in the whole.
public struct Window: Codable, Sendable {
    /// What is in it.
    public var content: Content
    /// Position of the first row in the list, from 0.
    public var rank: Int
    /// Rows that pass the filter; a lower bound while `progress` < 1.
    public var matched: Int
    /// Rows in all.
    public var total: Int
    /// How far sorting or filtering has come, 0…1; 1 when the answer is whole.
    public var progress: Double
    /// Of a list of tries to register that nothing else narrows: calls that are kept and not in it; nil: none.
    public var hidden: Int?
    /// When it was made.
    public var at: Timestamp
    /// Newcomers are turned away at that time; nil: nobody is. Filled in by whoever knows the policy.
    public var drain: Drain?
    /// Why changes are not durable at that time, in one sentence; nil: they are, or there is no store. Filled in by
    /// whoever knows the store.
    public var storeTrouble: String?

    /// Puts the parts together.
    public init(
        content: Content,
        rank: Int = 0,
        matched: Int = 0,
        total: Int = 0,
        progress: Double = 1,
        at: Timestamp,
        drain: Drain? = nil,
    ) {
        self.content = content
        self.rank = rank
        self.matched = matched
        self.total = total
        self.progress = progress
        self.at = at
        self.drain = drain
    }

    /// The rows, by subject.
    public enum Content: Sendable {
        case bindings([BindingRow])
        case binding(BindingDetail)
        case attempts([AttemptRow])
        case attempt(AttemptDetail)
        case overview(Overview)
        case log([LogLine])
        case audit([AuditLine])
        case blocks([Block])
        case security(SecurityPicture)
        case devices(DevicePicture)
        /// The row asked for is no longer kept.
        case missing
    }
}

/// One binding and what belongs to it.
public struct BindingDetail: Codable, Sendable {
    /// The binding itself.
    public var row: BindingRow
    /// The other bindings of its address of record.
    public var siblings: [BindingRow]
    /// Its position among all bindings of the address of record, from 1.
    public var position: Int
    /// Phones that the bindings of the address of record are of, ghosts left out.
    public var phones: Int
    /// Gaps between its last refreshes in seconds, oldest first; as far as attempts are kept.
    public var gaps: [Int]
    /// Last attempts of the address of record, newest first.
    public var attempts: [AttemptRow]
    /// The last REGISTER that is kept, whole; empty if none is.
    public var lastRequest: [UInt8]

    /// The binding's Contact value in the last 200 that is kept; empty if none is.
    public var shownContact: [UInt8]

    /// Puts the parts together.
    public init(
        row: BindingRow,
        siblings: [BindingRow],
        position: Int,
        gaps: [Int],
        attempts: [AttemptRow],
        lastRequest: [UInt8],
        phones: Int = 1,
        shownContact: [UInt8] = [],
    ) {
        self.shownContact = shownContact
        self.row = row
        self.siblings = siblings
        self.position = position
        self.phones = phones
        self.gaps = gaps
        self.attempts = attempts
        self.lastRequest = lastRequest
    }
}

extension BindingDetail {
    /// The ghosts of the address of record, this binding perhaps among them.
    public var ghosts: [BindingRow] { ([row] + siblings).filter { $0.isGhost && $0.binding.gone == nil } }
}

/// A log line with its number.
public struct LogLine: Codable, Hashable, Sendable {
    /// Counts from 1; names the row.
    public var number: UInt64
    /// The line.
    public var notice: Notice

    /// Pairs the two.
    public init(number: UInt64, notice: Notice) {
        self.number = number
        self.notice = notice
    }
}

/// A line of the audit trail with its number.
public struct AuditLine: Codable, Hashable, Sendable {
    /// Counts from 1; names the row.
    public var number: UInt64
    /// The line.
    public var record: AuditRecord

    /// Pairs the two.
    public init(number: UInt64, record: AuditRecord) {
        self.number = number
        self.record = record
    }
}
