import BindingTable
import ConsoleLink
import SIPMessage
import Support
import Timing

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
        "", "alice", "sip:4417@sip.example.net", "\"quoted\" \\ back/slash", "tab\there\r\n",
        "\u{1b}[31m\u{9b}1m\u{7f}",
        "Zoë ☎ 電話 🙂", "right\u{202e}to\u{2066}left\u{feff}\u{2028}", "\u{0}", "é\u{301}", "¿\u{c0}\u{ff}",
    ]
    private static let bytes: [[UInt8]] =
        texts.map { Array($0.utf8) } + [
            [0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x41, 0xe2, 0x80],
        ]

    fileprivate func known<Value>(_ type: Value.Type, named name: String) -> Value? {
        let value: Any? =
            switch type {
            case is [UInt8].Type: random.pick(Self.bytes)
            case is String.Type: text(named: name)
            case is Bool.Type: isLucky()
            case is Double.Type:
                random.pick([0, -0.0, 1.5, 1e-300, .greatestFiniteMagnitude, 0.1, .infinity, 59.25])
            case is Interval.Type where name == "for" || name == "refuseFor":
                Interval(nanoseconds: max(1, number() & .max))
            case is BindingID.Type: BindingID(rawValue: random.next())
            case is BindingTarget.Type: BindingTarget(id: .init(rawValue: random.next()), version: number())
            case is IPAddress.Type: address()
            case is Endpoint.Type: Endpoint(address: address(), port: number())
            case is IPNetwork.Type: IPNetwork(address(), prefix: random.below(129))
            case is Badges.Type: Badges(rawValue: number() & (1 << UInt32(Badges.names.count) - 1))
            case is RefusalReason.Type: refusal()
            case is Metric.Kind.Type: isLucky() ? Metric.Kind.counter : .gauge
            default: (type as? any WordCodable.Type).map { word($0) }
            }
        return value as? Value
    }

    private func word<Word: WordCodable>(_ type: Word.Type) -> Any { random.pick(Array(type.allCases)) }

    private func text(named name: String) -> String {
        switch name {
        case "filter": random.pick(["ua~zoiper", "exp<60 (st:late or try>=2)", "reason:wrong-password"])
        case "transport": "tcp"
        case "of": random.pick(["bindings", "attempts", "history", "log"])
        default: random.pick(Self.texts)
        }
    }

    private func address() -> IPAddress {
        isLucky()
            ? IPAddress(ipv4: number())
            : IPAddress(ipv6High: random.pick([0, 0x2001_0db8_0000_0000, random.next()]), low: random.next())
    }

    private func refusal() -> RefusalReason {
        let all: [RefusalReason] = [
            .malformed(.contact, offset: number()), .missing(.other), .methodMismatch, .version,
            .bodyTooLarge(limit: number()), .messageTooLarge(limit: number()), .uriTooLong(limit: number()),
            .unknownMethod, .methodNotAllowed, .noDialog, .badEvent, .unsupportedScheme, .merged,
            .tooManyHops,
            .notOurDomain, .registrationNotOffered, .badExtension, .unsupportedBody, .challenge,
            .nonceUnknown,
            .staleNonce, .replay(nonceCount: number()), .unknownUser, .wrongPassword,
            .badCredentials(.nonceCount), .notAllowedForAOR, .blockedAOR(seconds: number()),
            .blockedSource(seconds: number()), .unknownAOR, .wildcardMisused,
            .badContact(position: number(), offset: number()),
            .intervalTooBrief(asked: number(), minimum: number()),
            .cseqNotHigher(got: number(), have: number()),
            .tooManyContacts(limit: number()), .storeFailed, .overloaded(retryAfter: number()),
            .draining(retryAfter: number()), .tooFast(retryAfter: number()), .sourceDenied(rule: number()),
            .accountDisabled, .accountNotFromHere, .pathNotSupported, .firstHopLacksOutbound,
            .outboundRequired,
            .severalFlows, .contactLoops(position: number()), .bulkMisused, .bulkNotAllowed, .notAcceptable,
            .tooManySubscriptions(limit: number()),
            .noBinding, .notARelay, .requestLoops, .breadthExceeded, .unreachable, .flowFailed,
            .hostNotFound,
        ]
        return random.pick(all)
    }

    /// A number, the extremes among them.
    fileprivate func number<Number: FixedWidthInteger>() -> Number {
        switch random.below(4) {
        case 0: Number.max
        case 1: Number.min
        default: Number(truncatingIfNeeded: random.next() >> UInt64(random.below(64)))
        }
    }

    fileprivate func isLucky() -> Bool { random.below(2) == 0 }

    fileprivate func pick<Element>(_ elements: [Element]) -> Element { random.pick(elements) }

    fileprivate func decode<Value: Decodable>(_ type: Value.Type, named name: String) throws -> Value {
        if let known = known(type, named: name) { return known }
        depth += 1
        defer { depth -= 1 }
        return try type.init(from: InventedDecoder(invention: self, name: name))
    }

    /// How long a list is.
    fileprivate var length: Int { random.below(depth > 4 ? 2 : 4) }
}

/// What a value sees while it is invented.
private struct InventedDecoder: Decoder {
    let invention: Invention
    let name: String

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(InventedMembers(invention: invention))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        InventedElements(invention: invention, count: invention.length)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        InventedScalar(invention: invention, name: name)
    }
}

private struct InventedMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let invention: Invention

    var codingPath: [any CodingKey] { [] }

    /// One case of those that name a case; the one class of a dictionary by class.
    var allKeys: [Key] {
        func pick<Keys: CaseIterable>(_ type: Keys.Type) -> [Any] { [invention.pick(Array(type.allCases))] }
        let keys: [Any] = (Key.self as? any CaseIterable.Type).map { pick($0) } ?? []
        return keys.isEmpty
            ? [Key(stringValue: "guessing")].compactMap { $0 } : keys.compactMap { $0 as? Key }
    }

    func contains(_ key: Key) -> Bool { key.stringValue == "protocol" || invention.isLucky() }
    func decodeNil(forKey key: Key) throws -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        if key.stringValue == "protocol", let version = 1 as? Value { return version }
        return try invention.decode(type, named: key.stringValue)
    }

    func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type,
        forKey key: Key,
    ) throws -> KeyedDecodingContainer<Inner> {
        KeyedDecodingContainer(InventedMembers<Inner>(invention: invention))
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        InventedElements(invention: invention, count: invention.length)
    }

    func superDecoder() throws -> any Decoder { InventedDecoder(invention: invention, name: "") }
    func superDecoder(forKey key: Key) throws -> any Decoder {
        InventedDecoder(invention: invention, name: key.stringValue)
    }
}

private struct InventedElements: UnkeyedDecodingContainer {
    let invention: Invention
    var count: Int?
    var currentIndex = 0

    init(invention: Invention, count: Int) {
        self.invention = invention
        self.count = count
    }

    var codingPath: [any CodingKey] { [] }
    var isAtEnd: Bool { currentIndex >= count ?? 0 }

    mutating func decodeNil() throws -> Bool { false }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        currentIndex += 1
        return try invention.decode(type, named: "")
    }

    mutating func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) throws
        -> KeyedDecodingContainer<Inner>
    {
        KeyedDecodingContainer(InventedMembers<Inner>(invention: invention))
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        InventedElements(invention: invention, count: invention.length)
    }

    mutating func superDecoder() throws -> any Decoder { InventedDecoder(invention: invention, name: "") }
}

private struct InventedScalar: SingleValueDecodingContainer {
    let invention: Invention
    let name: String

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }
    func decode(_ type: Int.Type) throws -> Int { invention.number() }
    func decode(_ type: Int8.Type) throws -> Int8 { invention.number() }
    func decode(_ type: Int16.Type) throws -> Int16 { invention.number() }
    func decode(_ type: Int32.Type) throws -> Int32 { invention.number() }
    func decode(_ type: Int64.Type) throws -> Int64 { invention.number() }
    func decode(_ type: UInt.Type) throws -> UInt { invention.number() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { invention.number() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { invention.number() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { invention.number() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { invention.number() }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try invention.decode(type, named: name)
    }
}
