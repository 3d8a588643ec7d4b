import BindingTable
import SIPMessage

/// What a REGISTER wants of one contact (RFC 3261 §10.2.1 and §10.2.2).
///
/// Ranges count in the request's text buffer (`ContactWishes`).
struct ContactWish: BitwiseCopyable {
    /// Place among the request's contacts, from 1.
    var position: UInt16
    /// The URI without brackets, and without an alias that came in.
    var uri: SIPURI
    /// The parameters without `expires`, `q` and an alias that came in.
    var parameters: ByteRange
    /// Seconds that the contact itself asks for; nil if it has no `expires`.
    var asked: UInt32?
    /// Preference in thousandths; nil if it has none.
    var q: UInt16?
    /// `reg-id`; 0 if there is none, or none that is honoured (RFC 5626 §6).
    var regID: UInt32
    /// `+sip.instance` as it stands there, with its angle brackets; empty if there is none.
    var instance = ByteRange.empty
    /// Keyed hash of the instance's URN; 0 if there is none.
    var instanceHash: UInt32 = 0
    /// The URI has `bnc`: the contact of a list of numbers (RFC 6140 §5.1).
    var isBulk = false
    /// The URI has `gr`: it is somebody's GRUU (RFC 5627 §4).
    var isGRUU = false
    /// What is remarkable about this contact.
    var badges: Badges

    /// It is to be made or prolonged, not removed.
    func isLasting(_ expires: UInt32?) -> Bool { asked ?? expires != 0 }
}

/// The contacts of one REGISTER, and the text that their ranges count in.
///
/// That text is the message itself, unless something had to be left out from its middle: then it is a copy
/// of the message with the shorter pieces behind it, so that a range means the same in both.
struct ContactWishes {
    /// So many contacts more than the domain's maximum are looked at, for some may be there to be removed;
    /// beyond that comparing each with each would be work for an attacker to give.
    static let spare = 32

    /// In the order of the message.
    var list: [ContactWish] = []
    /// The one contact is `*`.
    var isWildcard = false
    /// `*` stands beside another contact.
    var isWildcardMixed = false
    /// One of them has an instance, or a URI parameter that an extension gives a meaning to.
    var hasExtensions = false
    /// Message and pieces; empty while the message suffices.
    var texts: [UInt8] = []
    /// The URN in hand.
    private var urn: [UInt8] = []

    /// One of them is to be made or prolonged.
    func isLasting(_ expires: UInt32?) -> Bool {
        for index in list.indices where list[index].isLasting(expires) { return true }
        return false
    }

    /// Reads the contacts of a request; nil if all is well, else why it is refused (RFC 3261 §10.3 step 7).
    ///
    /// Nothing is allocated once the lists have room.
    /// - Parameter table: whose keyed hash instances get.
    mutating func read(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        longest: Int,
        table: BindingTable,
    ) -> RefusalReason? {
        list.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
        isWildcard = false
        isWildcardMixed = false
        hasExtensions = false
        var values = HeaderValues<Contact>(.contact)
        var position: UInt16 = 1
        do throws(ParseError) {
            while let contact = try values.next(in: head, bytes) {
                isWildcardMixed = isWildcardMixed || isWildcard || contact.isWildcard && position > 1
                isWildcard = isWildcard || contact.isWildcard
                guard Int(contact.range.count) <= longest else {
                    return .badContact(position: position, offset: contact.range.start)
                }
                if !contact.isWildcard { try take(contact, at: position, bytes, table) }
                position &+= 1
            }
        } catch {
            return .badContact(position: position, offset: error.offset)
        }
        return nil
    }

    private mutating func take(
        _ contact: Contact,
        at position: UInt16,
        _ bytes: Span<UInt8>,
        _ table: BindingTable,
    ) throws(ParseError) {
        let uri = try SIPURI(bytes, in: contact.uri, part: .header(.contact))
        var wish = ContactWish(
            position: position,
            uri: uri,
            parameters: contact.parameters,
            asked: contact.expires,
            q: contact.q,
            regID: contact.regID ?? 0,
            badges: [],
        )
        if mayMatter(uri.parameters, bytes) { try take(uri, &wish, bytes) }
        if !contact.instance.isEmpty {
            wish.instance = contact.instance
            wish.instanceHash = instanceHash(contact.instance, bytes, table)
        }
        hasExtensions =
            hasExtensions || wish.regID | wish.instanceHash != 0 || wish.isBulk || wish.isGRUU
        if isOnlyExpires(contact, bytes) {
            wish.parameters = .empty
        } else if !contact.parameters.isEmpty {
            wish.parameters = try keptParameters(of: contact, &wish.badges, bytes)
        }
        list.append(wish)
    }

    /// What the URI's parameters say to us: an alias that came in, `bnc`, `gr`.
    private mutating func take(_ uri: SIPURI, _ wish: inout ContactWish, _ bytes: Span<UInt8>)
        throws(ParseError)
    {
        wish.isBulk = uri.parameter("bnc", bytes) != nil
        wish.isGRUU = uri.parameter("gr", bytes) != nil
        guard uri.parameter("alias", bytes) != nil else { return }
        wish.badges.insert(.aliasStripped)
        let shorter = try copyWithoutAlias(uri, bytes)
        wish.uri = try SIPURI(texts.span, in: shorter, part: .header(.contact))
    }

    /// A parameter begins with `a`, `b`, `g` or an escape: only then is it worth reading them.
    private func mayMatter(_ parameters: ByteRange, _ bytes: Span<UInt8>) -> Bool {
        var isStart = false
        for index in parameters.bounds {
            let byte = bytes[index]
            if isStart {
                let letter = byte | 0x20
                if letter == 0x61 || letter == 0x62 || letter == 0x67 || byte == 0x25 { return true }
            }
            isStart = byte == 0x3b
        }
        return false
    }

    /// Never 0, which means that there is no instance.
    private mutating func instanceHash(
        _ instance: ByteRange,
        _ bytes: Span<UInt8>,
        _ table: BindingTable,
    ) -> UInt32 {
        urn.removeAll(keepingCapacity: true)
        InstanceURN.append(bytes, in: instance, to: &urn)
        return GRUU.instanceHash(of: urn.span, table)
    }

    /// Nothing but `;expires=` and digits: what most phones send.
    private func isOnlyExpires(_ contact: Contact, _ bytes: Span<UInt8>) -> Bool {
        let text = bytes.extracting(contact.parameters.bounds)
        guard text.count > 9, contact.expires != nil, text[8] == 0x3d else { return false }
        for index in 9..<text.count where text[index] &- 0x30 > 9 { return false }
        return isName(text.extracting(1..<8), "expires")
    }

    /// The parameters that are stored: a part of the message if they stand side by side, else a copy.
    private mutating func keptParameters(
        of contact: Contact,
        _ badges: inout Badges,
        _ bytes: Span<UInt8>,
    ) throws(ParseError) -> ByteRange {
        var walk = HeaderParameters(contact.parameters, header: .contact)
        var runs = 0
        var wasKept = false
        var start = Int(contact.parameters.start)
        var run = ByteRange.empty
        while let parameter = try walk.next(bytes) {
            let end = parameterEnd(parameter)
            let kept = isKept(parameter, &badges, bytes)
            if kept {
                if !wasKept {
                    runs += 1
                    run = ByteRange(start: UInt16(clamping: start), count: 0)
                }
                run.count = UInt16(clamping: end - Int(run.start))
            }
            wasKept = kept
            start = semicolon(from: end, bytes)
        }
        if runs == 0 { return .empty }
        if runs == 1, !hasLineBreak(run, bytes) { return run }
        return try copyKept(of: contact, bytes)
    }

    private func isKept(_ parameter: Parameter, _ badges: inout Badges, _ bytes: Span<UInt8>) -> Bool {
        let name = bytes.extracting(parameter.name.bounds)
        if name.count == 1 { return lowercased(name[0]) != 0x71 }
        if isName(name, "expires") { return false }
        // What GRUUs a contact has is for us to say (RFC 5627 §5.2).
        if isName(name, "pub-gruu") || isName(name, "temp-gruu") { return false }
        guard isName(name, "alias") else { return true }
        badges.insert(.aliasStripped)
        return false
    }

    /// Copies the kept parameters behind the message, each with its semicolon, folds undone.
    private mutating func copyKept(of contact: Contact, _ bytes: Span<UInt8>) throws(ParseError) -> ByteRange
    {
        let start = try beginPiece(bytes, room: Int(contact.parameters.count), at: contact.parameters.start)
        var walk = HeaderParameters(contact.parameters, header: .contact)
        var ignored: Badges = []
        while let parameter = try walk.next(bytes) {
            guard isKept(parameter, &ignored, bytes) else { continue }
            texts.append(0x3b)
            append(parameter.name, bytes)
            guard parameter.hasValue else { continue }
            texts.append(0x3d)
            if parameter.isQuoted { texts.append(0x22) }
            append(parameter.value, bytes)
            if parameter.isQuoted { texts.append(0x22) }
        }
        return ByteRange(start: start, count: UInt16(clamping: texts.count - Int(start)))
    }

    /// Copies a URI behind the message without its `alias` parameters.
    private mutating func copyWithoutAlias(_ uri: SIPURI, _ bytes: Span<UInt8>) throws(ParseError)
        -> ByteRange
    {
        let start = try beginPiece(bytes, room: Int(uri.range.count), at: uri.range.start)
        let parametersStart = Int(uri.parameters.start)
        append(Int(uri.range.start)..<parametersStart, bytes)
        var walk = URIParameters(uri)
        while let parameter = walk.next(bytes) {
            if isName(bytes.extracting(parameter.name.bounds), "alias") { continue }
            texts.append(0x3b)
            append(parameter.name, bytes)
            guard parameter.hasValue else { continue }
            texts.append(0x3d)
            append(parameter.value, bytes)
        }
        append(parametersStart + Int(uri.parameters.count)..<uri.range.bounds.upperBound, bytes)
        return ByteRange(start: start, count: UInt16(clamping: texts.count - Int(start)))
    }

    /// Puts a text of our own behind the message, so that a change can name it; nil if there is no room.
    mutating func place(_ text: Span<UInt8>, _ bytes: Span<UInt8>) -> ByteRange? {
        guard let start = try? beginPiece(bytes, room: text.count, at: 0) else { return nil }
        texts.append(text)
        return ByteRange(start: start, count: UInt16(clamping: text.count))
    }

    /// Puts all values of a list header field behind the message as one list, folds undone; nil if there is no
    /// room.
    mutating func place(
        _ name: HeaderName,
        of head: borrowing MessageHead,
        _ bytes: Span<UInt8>
    ) -> ByteRange? {
        guard let start = try? beginPiece(bytes, room: bytes.count, at: 0) else { return nil }
        var next = head.firstIndex(of: name)
        while let index = next, let field = head[index] {
            if texts.count > Int(start) { texts.append(", ") }
            texts.append(unfolding: bytes, field.value)
            next = head.index(after: index)
        }
        return ByteRange(start: start, count: UInt16(clamping: texts.count - Int(start)))
    }

    /// Makes sure that the message is copied and that `room` more bytes can be named by a range.
    private mutating func beginPiece(
        _ bytes: Span<UInt8>,
        room: Int,
        at offset: UInt16,
    ) throws(ParseError) -> UInt16 {
        if texts.isEmpty { append(0..<bytes.count, bytes) }
        guard texts.count + room <= Int(UInt16.max) else {
            throw ParseError(.header(.contact), at: offset, .messageTooLong)
        }
        return UInt16(clamping: texts.count)
    }

    private mutating func append(_ range: ByteRange, _ bytes: Span<UInt8>) { append(range.bounds, bytes) }

    /// Appends bytes; a fold becomes one space (RFC 3261 §7.3.1).
    private mutating func append(_ bounds: Range<Int>, _ bytes: Span<UInt8>) {
        let isWhole = bounds.count == bytes.count
        for index in bounds {
            let byte = bytes[index]
            if !isWhole, byte == 0x0d || byte == 0x0a { continue }
            texts.append(byte)
        }
    }

    private func parameterEnd(_ parameter: Parameter) -> Int {
        guard parameter.hasValue else { return parameter.name.bounds.upperBound }
        return parameter.value.bounds.upperBound + (parameter.isQuoted ? 1 : 0)
    }

    private func semicolon(from position: Int, _ bytes: Span<UInt8>) -> Int {
        var index = position
        while index < bytes.count, bytes[index] != 0x3b { index += 1 }
        return index
    }

    private func hasLineBreak(_ range: ByteRange, _ bytes: Span<UInt8>) -> Bool {
        for index in range.bounds where bytes[index] == 0x0d || bytes[index] == 0x0a { return true }
        return false
    }
}

/// A text is an ASCII name, letters in any case.
func isName(_ text: Span<UInt8>, _ name: StaticString) -> Bool {
    guard text.count == name.utf8CodeUnitCount else { return false }
    for index in text.indices where lowercased(text[index]) != name.utf8Start[index] { return false }
    return true
}
