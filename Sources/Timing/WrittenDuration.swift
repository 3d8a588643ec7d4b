/// A length of time as people write it: `90`, `90s`, `15m`, `1h30m`, `2d`, `1w`. The one reader of it: filters,
/// options and prompts take the same words.
public enum WrittenDuration {
    /// What is wrong with a text, and at which byte.
    public struct Fault: Error, Hashable, Sendable {
        /// What was expected there.
        public enum Kind: Hashable, Sendable {
            /// Digits.
            case number
            /// One of `s m h d w`.
            case unit
            /// Fewer digits, or fewer parts.
            case tooLarge
        }

        /// What was expected.
        public var kind: Kind
        /// Where, in bytes.
        public var offset: Int
    }

    private static let units: [UInt8: Int64] = [0x73: 1, 0x6d: 60, 0x68: 3_600, 0x64: 86_400, 0x77: 604_800]
    private static let mostDigits = 10, mostParts = 16

    /// Whole seconds of a text; a minus sign may stand before it.
    public static func seconds(_ text: [UInt8]) throws(Fault) -> Int64 {
        let isNegative = text.first == 0x2d
        var (seconds, number): (Int64, Int64) = (0, 0)
        var (digits, parts) = (0, 0)
        for (offset, byte) in text.enumerated() where !(isNegative && offset == 0) {
            if byte &- 0x30 < 10 {
                number = number * 10 + Int64(byte - 0x30)
                digits += 1
                guard digits <= mostDigits else { throw Fault(kind: .tooLarge, offset: offset) }
                continue
            }
            guard digits > 0 else { throw Fault(kind: .number, offset: offset) }
            guard let unit = units[byte | 0x20] else { throw Fault(kind: .unit, offset: offset) }
            parts += 1
            guard parts <= mostParts else { throw Fault(kind: .tooLarge, offset: offset) }
            seconds += number * unit
            (number, digits) = (0, 0)
        }
        guard text.count > (isNegative ? 1 : 0) else { throw Fault(kind: .number, offset: 0) }
        seconds += number
        return isNegative ? -seconds : seconds
    }
}

extension Interval {
    /// The length that a text says (`WrittenDuration`); nil for none, and for one that is not more than nothing.
    public init?(written text: String) {
        guard let seconds = try? WrittenDuration.seconds(Array(text.utf8)), seconds > 0 else { return nil }
        self = .seconds(Int(clamping: seconds))
    }
}
