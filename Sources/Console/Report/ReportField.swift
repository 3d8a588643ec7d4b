public import Timing

/// A value of a report as programs read it.
public enum FieldValue: Hashable, Sendable {
    /// Not known, or not there.
    case none
    /// Text; a stranger's words may be in it.
    case text(String)
    /// A stranger's bytes, that may not be UTF-8.
    case bytes([UInt8])
    /// A whole number.
    case number(Int)
    /// A number with a fraction.
    case decimal(Double)
    /// Yes or no.
    case flag(Bool)
    /// A moment.
    case time(WallTime)
    /// Values of one kind.
    case list([FieldValue])
    /// Names and values in their order.
    case object([NamedValue])

    /// A name and its value.
    public struct NamedValue: Hashable, Sendable {
        /// The name.
        public var name: String
        /// The value.
        public var value: FieldValue

        /// Pairs the two.
        public init(_ name: String, _ value: FieldValue) {
            self.name = name
            self.value = value
        }
    }

    /// Bytes; none if there are none.
    static func optional(_ bytes: [UInt8]) -> FieldValue { bytes.isEmpty ? .none : .bytes(bytes) }
    /// Text; none if it is empty.
    static func optional(_ text: String) -> FieldValue { text.isEmpty ? .none : .text(text) }
}

/// A field of a report's rows: one name for JSON and CSV, a head and a width for text.
public struct ReportField<Row>: Sendable {
    /// The name in JSON and CSV, and for options that choose fields.
    public let name: String
    /// The head in text.
    public let title: String
    /// The least columns in text.
    public let width: Int
    /// Numbers stand at the right.
    public let isRight: Bool
    /// What it is, for documentation.
    public let remark: String
    /// For programs.
    public let value: @Sendable (Row, LocalClock) -> FieldValue
    /// For people; not sanitised.
    public let text: @Sendable (Row, LocalClock) -> String

    /// A field; what people read is made of its value unless it is given.
    init(
        _ name: String,
        _ title: String,
        width: Int = 0,
        isRight: Bool = false,
        _ remark: String,
        text: (@Sendable (Row, LocalClock) -> String)? = nil,
        value: @escaping @Sendable (Row, LocalClock) -> FieldValue,
    ) {
        self.name = name
        self.title = title
        self.width = max(width, title.utf8.count)
        self.isRight = isRight
        self.remark = remark
        self.value = value
        self.text = text ?? { row, clock in value(row, clock).text(clock) }
    }

    /// A field whose head is its name.
    init(
        _ name: String,
        width: Int = 0,
        isRight: Bool = false,
        _ remark: String,
        value: @escaping @Sendable (Row, LocalClock) -> FieldValue,
    ) {
        self.init(name, name.uppercased(), width: width, isRight: isRight, remark, value: value)
    }
}

extension FieldValue {
    /// As people read it; not sanitised.
    public func text(_ clock: LocalClock) -> String {
        switch self {
        case .none: "-"
        case .text(let text): text.isEmpty ? "-" : text
        case .bytes(let bytes): bytes.isEmpty ? "-" : ReportText.text(bytes)
        case .number(let number): String(number)
        case .decimal(let number): TimeText.fixed(number, 2)
        case .flag(let flag): flag ? "yes" : "no"
        case .time(let time): clock.dated(time)
        case .list(let values): values.isEmpty ? "-" : values.map { $0.text(clock) }.joined(separator: ",")
        case .object(let parts): parts.map { "\($0.name)=\($0.value.text(clock))" }.joined(separator: " ")
        }
    }
}
