import BindingTable
import SIPMessage

/// What a SUBSCRIBE for registrations says, read out of its headers once (RFC 6665 §8.2, RFC 3680 §4).
struct SubscribeRequest {
    /// `id` of Event, which NOTIFYs repeat (RFC 6665 §8.2.1); empty without one.
    var eventID: [UInt8] = []
    /// Seconds asked for; nil if it names none.
    var expires: UInt32?
    /// The URI of its Contact: where NOTIFYs are addressed to.
    var target: [UInt8] = []
    /// Its Record-Route, in order: the way that NOTIFYs take (RFC 3261 §12.1.1).
    var routes: [[UInt8]] = []

    /// Most proxies between.
    static let maximumRoutes = 16

    /// Reads Event, Accept and Expires: what decides whether anything of the kind is served at all.
    ///
    /// Returns why not, nil if it is.
    mutating func readWish(_ head: borrowing MessageHead, _ bytes: Span<UInt8>) -> RefusalReason? {
        do throws(ParseError) {
            guard let event = try head.optional(.event), try isPackage(event, bytes) else { return .badEvent }
            guard accepts(head, bytes) else { return .notAcceptable }
            expires = try head.expires(bytes)?.value
        } catch {
            if case .header(let name) = error.part { return .malformed(name, offset: error.offset) }
            return .malformed(.other, offset: error.offset)
        }
        return nil
    }

    /// Reads Contact and Record-Route: where NOTIFYs go. Returns why it is refused, nil if it is not.
    mutating func readWay(_ head: borrowing MessageHead, _ bytes: Span<UInt8>) -> RefusalReason? {
        var contacts = HeaderValues<Contact>(.contact)
        do throws(ParseError) {
            guard let contact = try contacts.next(in: head, bytes) else { return .missing(.contact) }
            let offset = contact.range.start
            guard !contact.isWildcard, try SIPURI(bytes, in: contact.uri, part: .header(.contact)).isSIP,
                try contacts.next(in: head, bytes) == nil
            else { return .badContact(position: 1, offset: offset) }
            target = []
            target.append(bytes, contact.uri)
            routes = []
            var walk = HeaderValues<NameAddress>(.recordRoute)
            while let route = try walk.next(in: head, bytes) {
                guard routes.count < Self.maximumRoutes else {
                    return .malformed(.recordRoute, offset: route.range.start)
                }
                var text: [UInt8] = []
                text.append(unfolding: bytes, route.range)
                routes.append(text)
            }
        } catch {
            if case .header(let name) = error.part { return .malformed(name, offset: error.offset) }
            return .malformed(.contact, offset: error.offset)
        }
        return nil
    }

    /// Event names our package, `reg` (RFC 3680 §4.1), byte for byte (RFC 6665 §8.2.1); keeps its `id`.
    private mutating func isPackage(_ event: ByteRange, _ bytes: Span<UInt8>) throws(ParseError) -> Bool {
        let bounds = event.bounds
        var end = bounds.lowerBound
        while end < bounds.upperBound, bytes[end] != 0x3b, bytes[end] > 0x20 { end += 1 }
        let name = Array("reg".utf8)
        guard equal(bytes.extracting(bounds.lowerBound..<end), name.span) else { return false }
        var parameters = HeaderParameters(
            ByteRange(start: UInt16(clamping: end), count: UInt16(clamping: bounds.upperBound - end)),
            header: .event
        )
        while let parameter = try parameters.next(bytes) {
            guard isName(bytes.extracting(parameter.name.bounds), "id"), !parameter.isQuoted else { continue }
            eventID = []
            eventID.append(bytes, parameter.value)
        }
        return true
    }

    /// Accept lets our one format through; without Accept that format is meant (RFC 3680 §4.5).
    private func accepts(_ head: borrowing MessageHead, _ bytes: Span<UInt8>) -> Bool {
        guard var index = head.firstIndex(of: .accept) else { return true }
        while true {
            if let value = head[index]?.value, accepts(value, bytes) { return true }
            guard let next = head.index(after: index) else { return false }
            index = next
        }
    }

    private func accepts(_ value: ByteRange, _ bytes: Span<UInt8>) -> Bool {
        var start = value.bounds.lowerBound
        var isQuoted = false
        for index in value.bounds.lowerBound...value.bounds.upperBound {
            let isEnd = index == value.bounds.upperBound
            if !isEnd, bytes[index] == 0x22 { isQuoted.toggle() }
            guard isEnd || bytes[index] == 0x2c && !isQuoted else { continue }
            if isOurs(bytes.extracting(start..<index)) { return true }
            start = index + 1
        }
        return false
    }

    /// One media range of Accept lets `application/reginfo+xml` through (RFC 3261 §20.1).
    private func isOurs(_ range: Span<UInt8>) -> Bool {
        var type: [UInt8] = []
        var rest: [UInt8] = []
        var isType = true
        // Blanks and folds mean nothing here.
        for index in range.indices where range[index] > 0x20 {
            let byte = lowercased(range[index])
            if byte == 0x3b { isType = false }
            if isType { type.append(byte) } else { rest.append(byte) }
        }
        let names = ["application/reginfo+xml", "application/*", "*/*"]
        guard names.contains(where: { type.elementsEqual($0.utf8) }) else { return false }
        // `;q=0` and `;q=0.000` mean never.
        let parts = rest.split(separator: 0x3b)
        return !parts.contains { part in
            part.starts(with: "q=0".utf8) && part.dropFirst(3).allSatisfy { $0 == 0x2e || $0 == 0x30 }
        }
    }
}

extension SubscriptionPolicy {
    /// What a subscriber gets that asked for so many seconds.
    enum Grant: Hashable, BitwiseCopyable {
        /// So many; 0 for one who asks once, or ends its subscription (RFC 6665 §4.4.3).
        case seconds(UInt32)
        /// 423 with `Min-Expires` (RFC 6665 §4.2.1.1): less than the shortest and than an hour.
        case tooBrief
    }

    /// A notifier may shorten what was asked for and never prolongs it (RFC 6665 §4.2.1.1): an hour or more is
    /// granted even where the shortest is longer, for 423 is not allowed then.
    func grant(asked: UInt32?) -> Grant {
        let wish = asked ?? usual
        if wish > 0, wish < min(shortest, ExpiryPolicy.briefBelow) { return .tooBrief }
        return .seconds(min(wish, longest))
    }
}
