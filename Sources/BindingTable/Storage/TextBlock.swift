internal import SIPMessage

/// How the texts of a binding stand in its block of the slab, all but the User-Agent (which is shared).
///
/// Size class (the slab's byte), flags, the address of record behind its length, the other lengths, the other
/// texts. A length is one byte (255: two more follow). A sent-by that the contact already holds, and an
/// account that is the beginning of the address of record, are stored as their place: most phones send both so.
struct TextBlock {
    private(set) var aor = 0..<0
    private(set) var contact = 0..<0
    private(set) var contactParameters = 0..<0
    private(set) var callID = 0..<0
    private(set) var sentBy = 0..<0
    private(set) var account = 0..<0
    private(set) var path = 0..<0
    private(set) var peer = 0..<0
    private(set) var numbers = 0..<0

    private static let sentByInContact: UInt8 = 1
    private static let accountInAOR: UInt8 = 2
    /// Path, peer and numbers are there, the three that few bindings have.
    private static let hasRareTexts: UInt8 = 4

    /// Reads the layout of a block that `write` made.
    init(_ block: Span<UInt8>) {
        let flags = block[1]
        aor = Self.aor(block)
        var cursor = aor.upperBound
        let contactCount = Self.length(block, &cursor)
        let parameterCount = Self.length(block, &cursor)
        let callIDCount = Self.length(block, &cursor)
        let sentByCount = Self.length(block, &cursor)
        let accountCount = Self.length(block, &cursor)
        let sentByPlace = flags & Self.sentByInContact != 0 ? Self.length(block, &cursor) : nil
        var rare = (path: 0, peer: 0, numbers: 0)
        if flags & Self.hasRareTexts != 0 {
            rare.path = Self.length(block, &cursor)
            rare.peer = Self.length(block, &cursor)
            rare.numbers = Self.length(block, &cursor)
        }
        contact = Self.run(&cursor, contactCount)
        contactParameters = Self.run(&cursor, parameterCount)
        callID = Self.run(&cursor, callIDCount)
        if let sentByPlace {
            sentBy = contact.lowerBound + sentByPlace..<contact.lowerBound + sentByPlace + sentByCount
        } else {
            sentBy = Self.run(&cursor, sentByCount)
        }
        if flags & Self.accountInAOR != 0 {
            account = aor.lowerBound..<aor.lowerBound + accountCount
        } else {
            account = Self.run(&cursor, accountCount)
        }
        guard flags & Self.hasRareTexts != 0 else { return }
        path = Self.run(&cursor, rare.path)
        peer = Self.run(&cursor, rare.peer)
        numbers = Self.run(&cursor, rare.numbers)
    }

    /// The place of the address of record, which every look-up compares.
    static func aor(_ block: Span<UInt8>) -> Range<Int> {
        var cursor = 2
        let count = length(block, &cursor)
        return cursor..<cursor + count
    }

    /// The place of one text; the User-Agent is not in the block.
    func range(of field: BindingTextField) -> Range<Int> {
        switch field {
        case .aor: aor
        case .contact: contact
        case .contactParameters: contactParameters
        case .callID: callID
        case .sentBy: sentBy
        case .account: account
        case .path: path
        case .peer: peer
        case .numbers: numbers
        case .userAgent: 0..<0
        }
    }

    /// Whether the texts of a change are those of the block, so that nothing needs writing.
    func holds(_ ranges: BindingTextRanges, of texts: Span<UInt8>, in block: Span<UInt8>) -> Bool {
        func isSame(_ own: Range<Int>, _ other: ByteRange) -> Bool {
            isEqual(block.extracting(own), texts.extracting(bounds(other, within: texts)))
        }
        return isSame(callID, ranges.callID) && isSame(contact, ranges.contact)
            && isSame(contactParameters, ranges.contactParameters) && isSame(sentBy, ranges.sentBy)
            && isSame(account, ranges.account) && isSame(path, ranges.path) && isSame(peer, ranges.peer)
            && isSame(numbers, ranges.numbers)
    }

    /// Writes a block without the slab's byte into an empty buffer.
    static func write(
        aor: Span<UInt8>,
        _ ranges: BindingTextRanges,
        of texts: Span<UInt8>,
        into buffer: inout [UInt8],
    ) {
        let contact = bounds(ranges.contact, within: texts)
        let parameters = bounds(ranges.contactParameters, within: texts)
        let callID = bounds(ranges.callID, within: texts)
        let sentBy = bounds(ranges.sentBy, within: texts)
        let account = bounds(ranges.account, within: texts)
        let sentByPlace = place(of: texts.extracting(sentBy), in: texts.extracting(contact))
        let isPrefix =
            account.count <= aor.count
            && isEqual(aor.extracting(0..<account.count), texts.extracting(account))
        let path = bounds(ranges.path, within: texts)
        let peer = bounds(ranges.peer, within: texts)
        let numbers = bounds(ranges.numbers, within: texts)
        let isRare = !(path.isEmpty && peer.isEmpty && numbers.isEmpty)
        buffer.append(
            (sentByPlace == nil ? 0 : sentByInContact) | (isPrefix ? accountInAOR : 0)
                | (isRare ? hasRareTexts : 0)
        )
        appendLength(aor.count, &buffer)
        append(aor, &buffer)
        appendLength(contact.count, &buffer)
        appendLength(parameters.count, &buffer)
        appendLength(callID.count, &buffer)
        appendLength(sentBy.count, &buffer)
        appendLength(account.count, &buffer)
        if let sentByPlace { appendLength(sentByPlace, &buffer) }
        if isRare {
            appendLength(path.count, &buffer)
            appendLength(peer.count, &buffer)
            appendLength(numbers.count, &buffer)
        }
        append(texts.extracting(contact), &buffer)
        append(texts.extracting(parameters), &buffer)
        append(texts.extracting(callID), &buffer)
        if sentByPlace == nil { append(texts.extracting(sentBy), &buffer) }
        if !isPrefix { append(texts.extracting(account), &buffer) }
        guard isRare else { return }
        append(texts.extracting(path), &buffer)
        append(texts.extracting(peer), &buffer)
        append(texts.extracting(numbers), &buffer)
    }

    /// Where in a contact URI its host and port begin, if they are the sent-by; nil otherwise.
    private static func place(of sentBy: Span<UInt8>, in contact: Span<UInt8>) -> Int? {
        guard !sentBy.isEmpty else { return nil }
        var start = 0
        for index in 0..<contact.count {
            if contact[index] == 0x40 {
                start = index + 1
            } else if contact[index] == 0x3a, start == 0 {
                start = index + 1
            }
        }
        guard start + sentBy.count <= contact.count else { return nil }
        return isEqual(contact.extracting(start..<start + sentBy.count), sentBy) ? start : nil
    }

    private static func length(_ block: Span<UInt8>, _ cursor: inout Int) -> Int {
        let first = Int(block[cursor])
        cursor += 1
        guard first == 255 else { return first }
        let value = Int(block[cursor]) << 8 | Int(block[cursor + 1])
        cursor += 2
        return value
    }

    private static func appendLength(_ count: Int, _ buffer: inout [UInt8]) {
        if count < 255 {
            buffer.append(UInt8(truncatingIfNeeded: count))
        } else {
            buffer.append(255)
            buffer.append(UInt8(truncatingIfNeeded: count >> 8))
            buffer.append(UInt8(truncatingIfNeeded: count))
        }
    }

    private static func append(_ text: Span<UInt8>, _ buffer: inout [UInt8]) {
        text.withUnsafeBufferPointer { buffer.append(contentsOf: $0) }
    }

    private static func run(_ cursor: inout Int, _ count: Int) -> Range<Int> {
        let start = cursor
        cursor += count
        return start..<cursor
    }
}
