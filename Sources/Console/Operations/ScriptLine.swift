public import BindingTable
internal import SIPMessage
internal import Timing

/// The command line that does what an act of the console does, for a script or a ticket.
///
/// It can be pasted into a shell whatever strangers have put into a name: addresses of record are written as in a
/// URI, and a text with control characters is escaped. It asks before it acts, as the console did; a script adds
/// `--yes`.
public struct ScriptLine: Hashable, Sendable {
    /// The line.
    public let text: String

    /// The line of an act that names no bindings by itself: a block, a drain, an undo.
    public init(_ command: OperatorCommand) { self.init(command, on: [], unreachable: 0) }

    /// The line of an expire or evict of all that match a filter when it is run.
    public init(_ command: OperatorCommand, matching filter: String) {
        self.init(command, names: Self.option("filter", filter))
    }

    /// The line of an act on bindings.
    ///
    /// - Parameters:
    ///   - bindings: what it is for.
    ///   - unreachable: addresses of record that lose their last binding by it. If all of them do, they are named;
    ///     else the bindings are, for the others of an address of record are to stay.
    public init(_ command: OperatorCommand, on bindings: [Binding], unreachable: Int) {
        var seen: Set<[UInt8]> = []
        let aors = bindings.map(\.texts.aor).filter { seen.insert($0).inserted }
        let names =
            unreachable == aors.count && aors.allSatisfy({ $0.contains(0x40) })
            ? aors.map(Self.name) : bindings.map(\.facts.id.hexadecimal)
        self.init(command, names: names)
    }

    private init(_ command: OperatorCommand, names: [String]) {
        var words: [String] = ["regtop"]
        func length(_ option: String, _ interval: Interval?) -> [String] {
            interval.map { ["--\(option)", Self.length($0)] } ?? []
        }
        var last: [String] = []
        switch command.verb {
        case .expire: (words, last) = (words + ["expire"], names)
        case .evict(_, let refuseFor): (words, last) = (words + ["evict"] + length("block", refuseFor), names)
        case .block(let subjects, let interval):
            (words, last) = (words + ["block"] + length("for", interval), subjects.map(Self.subject))
        case .unblock(let subject): (words, last) = (words + ["unblock"], [Self.subject(subject)])
        case .drain(let isOn, let interval):
            words += ["drain", isOn ? "on" : "off"] + length("for", interval)
        case .undo(let act): (words, last) = (words + ["undo"], ["\(act.rawValue)"])
        case .abort(let act): (words, last) = (words + ["abort"], ["\(act.rawValue)"])
        }
        if let rate = command.rate, command.verb.targets != nil { words += ["--rate", "\(rate)"] }
        if !command.reason.isEmpty { words += Self.option("reason", command.reason) }
        text = (words + last).joined(separator: " ")
    }

    // MARK: Words

    /// An option and its value; one that begins with a hyphen would be taken for an option itself.
    private static func option(_ name: String, _ value: String) -> [String] {
        value.hasPrefix("-") ? ["--\(name)=\(quoted(value))"] : ["--\(name)", quoted(value)]
    }

    private static func subject(_ subject: BlockSubject) -> String {
        switch subject {
        case .aor(let aor): quoted("aor:\(escaped(aor))")
        case .source(let address): quoted("ip:\(address)")
        }
    }

    private static func name(_ aor: [UInt8]) -> String { quoted(escaped(aor)) }

    /// An address of record as a URI has it: what may not stand there, and a hyphen at its begin, is a percent sign
    /// with two digits.
    private static func escaped(_ aor: [UInt8]) -> String {
        let at = aor.lastIndex(of: 0x40) ?? aor.count
        var text: [UInt8] = []
        for (index, byte) in aor.enumerated() {
            let isPlain =
                byte.isDigit || (0x61...0x7a).contains(byte | 0x20) || Self.plain.contains(byte)
                || index >= at
            if isPlain, index > 0 || byte != 0x2d {
                text.append(byte)
            } else {
                text.append(0x25)
                text.appendHexadecimal(UInt64(byte), digits: 2)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Marks that a user part may have as they are (RFC 3261 §25.1, `user`).
    private static let plain = Array("-_.!~*'()&=+$,;?/".utf8)

    /// A length of time as options take it.
    private static func length(_ interval: Interval) -> String {
        let seconds = max(1, interval.secondsRoundedUp)
        for (unit, name) in [(86_400, "d"), (3_600, "h"), (60, "m")] where seconds % unit == 0 {
            return "\(seconds / unit)\(name)"
        }
        return "\(seconds)s"
    }

    /// A word that a shell takes as it is meant.
    static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            byte.isDigit || (0x61...0x7a).contains(byte | 0x20) || "@%+=:,./_-".utf8.contains(byte)
        }
        if isPlain, !text.isEmpty { return text }
        guard text.unicodeScalars.contains(where: Self.isUnsafe) else {
            // By scalars: a quote with a combining mark behind it is one character, and still ends the shell's word.
            return "'" + text.unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
        }
        var quoted = "$'"
        for scalar in text.unicodeScalars {
            switch scalar {
            case "'", "\\": quoted += "\\\(scalar)"
            case _ where Self.isUnsafe(scalar):
                for byte in String(scalar).utf8 {
                    var digits: [UInt8] = []
                    digits.appendHexadecimal(UInt64(byte), digits: 2)
                    quoted += "\\x" + String(decoding: digits, as: UTF8.self)
                }
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "'"
    }

    /// It would steer a terminal, end a line, or turn the text round for whoever reads it.
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f...0x9f, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x2069, 0xfeff: true
        default:
            scalar.properties.generalCategory == .nonspacingMark
                || scalar.properties.generalCategory == .enclosingMark
        }
    }
}
