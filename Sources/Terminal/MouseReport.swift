internal import Cells

/// A mouse report as it comes in, character by character, after what introduces it.
///
/// Nothing of it is ever taken for keys: whatever can't belong to a report ends it and is dropped with it.
struct MouseReport {
    /// How it is written.
    enum Kind {
        /// `CSI < button ; column ; row M`, or `m` for a release (xterm's mode 1006).
        case decimal
        /// `CSI M` and three characters, each a number and 32: of terminals that don't know the other.
        case characters
    }

    /// What a character made of it.
    enum Step: Equatable {
        /// More has to come.
        case more
        /// It is whole: an event, or one that nobody needs.
        case done(MouseEvent?)
    }

    private let kind: Kind
    private var numbers: [Int] = [0]
    private static let largest = 99_999

    init(_ kind: Kind) { self.kind = kind }

    /// Takes the next character.
    mutating func take(_ scalar: Unicode.Scalar) -> Step {
        switch kind {
        case .decimal: takeDecimal(scalar)
        case .characters: takeCharacter(scalar)
        }
    }

    private mutating func takeDecimal(_ scalar: Unicode.Scalar) -> Step {
        switch scalar {
        case "0"..."9":
            let number = numbers[numbers.count - 1] * 10 + Int(scalar.value) - 0x30
            guard number <= Self.largest else { return .done(nil) }
            numbers[numbers.count - 1] = number
            return .more
        case ";" where numbers.count < 3:
            numbers.append(0)
            return .more
        case "M" where numbers.count == 3: return .done(Self.event(numbers[0], numbers[1], numbers[2]))
        default: return .done(nil)
        }
    }

    private mutating func takeCharacter(_ scalar: Unicode.Scalar) -> Step {
        numbers.append(Int(scalar.value) - 32)
        guard numbers.count == 4 else { return .more }
        return .done(Self.event(numbers[1], numbers[2], numbers[3]))
    }

    /// Columns and rows count from 1; other buttons, releases, drags and held keys are nobody's.
    private static func event(_ button: Int, _ column: Int, _ row: Int) -> MouseEvent? {
        guard column > 0, row > 0, column <= largest, row <= largest else { return nil }
        let point = Point(x: column - 1, y: row - 1)
        switch button {
        case 0: return MouseEvent(.click, at: point)
        case 64: return MouseEvent(.wheelUp, at: point)
        case 65: return MouseEvent(.wheelDown, at: point)
        default: return nil
        }
    }
}
