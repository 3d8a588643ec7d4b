import BindingTable
import SIPMessage
import Support

/// Invents a value of any type that can be decoded: whatever member a type asks for is there, or not if it may be
/// missing, with a random value. A new field is therefore covered on the day it is added.
final class Invention {
    private var random: SeededGenerator
    /// How many lists are being filled: inner ones stay short.
    private var depth = 0

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// A value.
    func invent<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let known = known(type, named: "") { return known }
        return try type.init(from: InventedDecoder(invention: self, name: ""))
    }

    /// Texts with everything that may stand in one.
    private static let texts = [
        "", "alice", "sip:4417@sip.example.net", "\"quoted\" \\ back/slash", "tab\there\r\n", "\u{1b}[31m\u{9b}1m\u{7f}",
        "Zoë ☎ 電話 🙂", "right\u{202e}to\u{2066}left\u{feff}\u{2028}", "\u{0}", "é\u{301}", "¿\u{c0}\u{ff}",
    ]
    private static let bytes: [[UInt8]] =
        texts.map { Array($0.utf8) } + [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x41, 0xe2, 0x80]]

    fileprivate func known<Value>(_ type: Value.Type, named name: String) -> Value? {
        let value: Any? =
            switch type {
            case is [UInt8].Type: random.pick(Self.bytes)
            case is String.Type: name == "filter" ? random.pick(["ua~zoiper", "exp<60 (st:LATE or try>=2)"]) : text()
            case is Bool.Type: random.below(2) == 0
            case is Double.Type: random.pick([0, -0.0, 1.5, 1e-300, .greatestFiniteMagnitude, 0.1, .infinity, 59.25])
            case is BindingID.Type: BindingID(rawValue: random.next())
            case is BindingTarget.Type: BindingTarget(id: .init(rawValue: random.next()), version: number())
            case is IPAddress.Type: address()
            case is Endpoint.Type: Endpoint(address: address(), port: number())
            case is IPNetwork.Type: IPNetwork(address(), prefix: random.below(129))
            case is Badges.Type: Badges(rawValue: number() & (1 << UInt32(Badges.names.count) - 1))
            default: word(type) ?? length(type, named: name)
            }
        return value as? Value
    }

    /// A word of a small enum.
    private func word<Value>(_ type: Value.Type) -> Any? {
        func pick<Word: WordCodable>(_ type: Word.Type) -> Any { random.pick(Array(type.allCases)) }
        guard let type = type as? any WordCodable.Type else { return nil }
        return pick(type)
    }

    /// Lengths of time that an act may have are above zero.
    private func length<Value>(_ type: Value.Type, named name: String) -> Any? {
        guard name == "for" || name == "refuseFor", type is any ExpressibleByNanoseconds.Type else { return nil }
        return nil
    }

    private func text() -> String { random.pick(Self.texts) }

    private func address() -> IPAddress {
        random.below(2) == 0
            ? IPAddress(ipv4: UInt32(truncatingIfNeeded: random.next()))
            : IPAddress(ipv6High: random.pick([0, 0x2001_0db8_0000_0000, random.next()]), low: random.next())
    }

    /// A number, the extremes among them.
    fileprivate func number<Number: FixedWidthInteger>() -> Number {
        switch random.below(4) {
        case 0: Number.max
        case 1: Number.min
        default: Number(truncatingIfNeeded: random.next() >> UInt64(random.below(64)))
        }
    }
}
