internal import SIPMessage

/// Takes DNS's fields out of a reply one after another (RFC 1035 §4.1); nil where they are not there. Never reads
/// outside of the bytes and never runs in circles.
struct DNSReader {
    /// How many entries a reply says to have.
    struct Counts {
        var questions: UInt16, answers: UInt16, authorities: UInt16
    }

    /// What stands before a record's data.
    struct RecordHead {
        var owner: [UInt8]
        var type: UInt16
        /// The class; 1 is the internet.
        var kind: UInt16
        var seconds: UInt32
        /// Where the record ends; inside of the bytes.
        var end: Int
    }

    private let bytes: [UInt8]
    private var position = 0

    /// Longest name (RFC 1035 §2.3.4), and pointers that one name may have.
    private static let longestName = 253, maximumPointers = 32

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The header; leaves the reader behind it.
    mutating func header() -> Counts? {
        guard bytes.count >= 12, let questions = word(at: 4), let answers = word(at: 6),
            let authorities = word(at: 8)
        else { return nil }
        position = 12
        return Counts(questions: questions, answers: answers, authorities: authorities)
    }

    /// Passes over a question; false where it doesn't end.
    mutating func skipQuestion() -> Bool {
        guard name(before: bytes.count) != nil, position <= bytes.count - 4 else { return false }
        position += 4
        return true
    }

    /// The next record up to its data.
    mutating func recordHead() -> RecordHead? {
        guard let owner = name(before: bytes.count), let type = word(), let kind = word(),
            let high = word(), let low = word(), let length = word(),
            Int(length) <= bytes.count - position
        else { return nil }
        // A time with its highest bit set counts as none (RFC 2181 §8).
        let seconds = high & 0x8000 == 0 ? UInt32(high) << 16 | UInt32(low) : 0
        return RecordHead(
            owner: owner,
            type: type,
            kind: kind,
            seconds: seconds,
            end: position + Int(length)
        )
    }

    /// Goes on there.
    mutating func move(to position: Int) {
        self.position = position
    }

    /// A record's data, which must end exactly at `end`.
    mutating func record(_ kind: DNSQuestion.Kind, before end: Int) -> DNSRecord? {
        guard let record = fields(kind, before: end), position == end else { return nil }
        return record
    }

    private mutating func fields(_ kind: DNSQuestion.Kind, before end: Int) -> DNSRecord? {
        switch kind {
        case .a:
            guard let high = word(), let low = word() else { return nil }
            return .address(IPAddress(ipv4: UInt32(high) << 16 | UInt32(low)))
        case .aaaa:
            guard let high = long(), let low = long() else { return nil }
            return .address(IPAddress(ipv6High: high, low: low))
        case .srv:
            guard let priority = word(), let weight = word(), let port = word(),
                let target = name(before: end)
            else { return nil }
            return .service(priority: priority, weight: weight, port: port, target: target)
        case .naptr:
            guard let order = word(), let preference = word(), let flags = text(before: end),
                let service = text(before: end), let expression = text(before: end),
                let replacement = name(before: end)
            else { return nil }
            return .naming(
                order: order,
                preference: preference,
                flags: flags,
                service: service,
                regularExpression: expression,
                replacement: replacement
            )
        }
    }

    /// The last field of an SOA record (RFC 1035 §3.3.13).
    mutating func minimum(before end: Int) -> UInt32? {
        guard name(before: end) != nil, name(before: end) != nil, position <= end - 20 else { return nil }
        position = end - 4
        guard let high = word(), let low = word(), high & 0x8000 == 0 else { return nil }
        return UInt32(high) << 16 | UInt32(low)
    }

    // MARK: Fields

    /// A name in lower case with points between its labels, compressed or not; empty is the root. Nil for one that
    /// could not stand in a URI anyway: too long, or with a point in a label.
    mutating func name(before end: Int) -> [UInt8]? {
        var name: [UInt8] = []
        var place = position
        var next: Int?
        var pointers = 0
        while true {
            guard place < (next == nil ? end : bytes.count) else { return nil }
            let length = Int(bytes[place])
            if length == 0 {
                position = next ?? place + 1
                return name
            }
            if length >= 0xc0 {
                // A pointer leads backward only, so no name is endless.
                guard let target = word(at: place).map({ Int($0 & 0x3fff) }), target < place,
                    pointers < Self.maximumPointers
                else { return nil }
                pointers += 1
                if next == nil {
                    guard place + 2 <= end else { return nil }
                    next = place + 2
                }
                place = target
                continue
            }
            guard length <= 63, length < bytes.count - place else { return nil }
            guard name.count + length + 1 <= Self.longestName + 1 else { return nil }
            if !name.isEmpty { name.append(0x2e) }
            for byte in bytes[(place + 1)...(place + length)] {
                guard byte != 0x2e else { return nil }
                name.append((0x41...0x5a).contains(byte) ? byte | 0x20 : byte)
            }
            place += length + 1
        }
    }

    /// A character string (RFC 1035 §3.3).
    private mutating func text(before end: Int) -> [UInt8]? {
        guard position < end, Int(bytes[position]) < end - position else { return nil }
        let count = Int(bytes[position])
        defer { position += count + 1 }
        return Array(bytes[(position + 1)..<(position + 1 + count)])
    }

    private mutating func word() -> UInt16? {
        guard let word = word(at: position) else { return nil }
        position += 2
        return word
    }

    private mutating func long() -> UInt64? {
        var long: UInt64 = 0
        for _ in 0..<4 {
            guard let word = word() else { return nil }
            long = long << 16 | UInt64(word)
        }
        return long
    }

    private func word(at place: Int) -> UInt16? {
        guard place >= 0, place < bytes.count - 1 else { return nil }
        return UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
    }
}
