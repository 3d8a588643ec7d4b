public import BindingTable
public import Monitor
public import Timing

/// What an operator wants in a file. Whoever runs the console writes it, beside what goes on, and says what came of it
/// (`SaveReport`).
public struct SaveOrder: Sendable {
    /// What is saved.
    public enum Content: Sendable {
        /// The screen as it was drawn, line by line.
        case screen([String])
        /// Bindings that pass a filter, all if it is empty, in this order; text shows these fields.
        case bindings(filter: String, order: BindingOrder, fields: [String])
        /// These bindings as they were seen; text shows these fields.
        case marked([BindingRow], fields: [String])
        /// One binding with all that is known of it.
        case binding(BindingID)
        /// Attempts that pass a filter, all if it is empty, with their messages where the format takes them.
        case attempts(filter: String, failuresOnly: Bool, kind: RequestKind = .registrations)
        /// One attempt with its messages.
        case attempt(AttemptID)
        /// The numbers of the first screen.
        case overview
        /// Who fails, by source, user or agent.
        case security(SecurityGroup, filter: Filter?)
        /// What is wrong with devices, by User-Agent or vendor.
        case devices(DeviceGroup, filter: Filter?)
        /// Lines of the log from a level on that pass a filter.
        case log(filter: Filter?, level: Notice.Level)
        /// Lines of the audit trail that pass a filter.
        case audit(filter: Filter?)
        /// The blocks in force that pass a filter.
        case blocks(filter: Filter?)
        /// These lines of the journal.
        case history([HistoryEntry])
    }

    /// How it is written; the raw value ends the name of the file.
    public enum Format: String, CaseIterable, Sendable {
        case text = "txt", csv, json, packets = "pcapng"
    }

    /// Names the order, so that its reports are known.
    public var number: Int
    /// What.
    public var content: Content
    /// How.
    public var format: Format
    /// Nonces, responses and passwords in messages are filled with `x`.
    public var isRedacted: Bool
    /// Where to: as typed, below the working directory unless it says otherwise.
    public var file: String
    /// A file that is there already is replaced.
    public var mayReplace = false
    /// The moment of the past that is meant; nil: the present.
    public var at: WallTime?

    /// Puts the parts together.
    public init(
        number: Int,
        content: Content,
        format: Format,
        isRedacted: Bool,
        file: String,
        at: WallTime? = nil,
    ) {
        self.number = number
        self.content = content
        self.format = format
        self.isRedacted = isRedacted
        self.file = file
        self.at = at
    }
}

/// What came of an order so far. Each has one last word, which is any but `writing`.
public enum SaveReport: Hashable, Sendable {
    /// So many rows are written, of about so many; nil where nobody knows how many there will be.
    case writing(rows: Int, of: Int?)
    /// All is there: so many rows and bytes, at this path.
    case done(rows: Int, bytes: Int, path: String)
    /// The file is there already, and was left as it is.
    case exists(path: String)
    /// Nothing was written, for this reason: a sentence without its full stop.
    case failed(String)
}
