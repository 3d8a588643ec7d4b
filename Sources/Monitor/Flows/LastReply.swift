internal import SIPMessage

/// A 200 to a REGISTER, for what it shows of a binding.
struct LastReply {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The Contact value whose URI is a binding's, or begins with it: a rendering may add an `alias` parameter
    /// to the URI and changes nothing else. Empty if there is none, or what is there can't be read.
    func value(of uri: [UInt8]) -> [UInt8] {
        var head = MessageHead()
        guard !uri.isEmpty, !bytes.isEmpty, (try? head.parse(bytes.span)) != nil else { return [] }
        var contacts = HeaderValues<Contact>(.contact)
        while let contact = try? contacts.next(in: head, bytes.span) {
            let found = bytes[contact.uri.bounds]
            if found.starts(with: uri), found.count == uri.count || found.dropFirst(uri.count).first == 0x3b {
                return Array(bytes[contact.range.bounds])
            }
        }
        return []
    }
}
