internal import SIPMessage
internal import Timing

/// The blocks of a pcapng file (draft-ietf-opsawg-pcapng), in little-endian order.
enum CaptureBlock {
    /// LINKTYPE_RAW: a packet begins with its IP header.
    static let linkType: UInt16 = 101
    /// Most bytes of a text in an option.
    static let mostText = 1_024

    private enum Kind: UInt32 { case section = 0x0a0d_0d0a, interface = 1, packet = 6 }

    private enum Option: UInt16 {
        case end = 0
        case comment = 1
        /// Of a packet: whence it comes.
        case flags = 2
        /// Of a section: who wrote it.
        case application = 4
        /// Of an interface: how fine its times are.
        case resolution = 9
    }

    /// The head of a file.
    static func section(program: String, comment: String, to out: inout [UInt8]) {
        append(.section, to: &out) { body in
            body.appendLittle(UInt32(0x1a2b_3c4d))
            body.appendLittle(UInt16(1))
            body.appendLittle(UInt16(0))
            // How long the section is, nobody knows yet.
            body.appendLittle(UInt64.max)
            append(.comment, text(comment), to: &body)
            append(.application, text(program), to: &body)
            append(.end, [], to: &body)
        }
    }

    /// The one interface: raw IP, times in nanoseconds, packets of any length.
    static func interface(to out: inout [UInt8]) {
        append(.interface, to: &out) { body in
            body.appendLittle(linkType)
            body.appendLittle(UInt16(0))
            body.appendLittle(UInt32(0))
            append(.resolution, [9], to: &body)
            append(.end, [], to: &body)
        }
    }

    /// A packet with when and in which direction it went, and a comment for each remark. Times before 1970 are 1970.
    static func packet(
        _ packet: [UInt8],
        of message: CapturedMessage,
        _ remarks: [String],
        to out: inout [UInt8],
    ) {
        append(.packet, to: &out) { body in
            let time = UInt64(max(0, message.at.nanoseconds))
            let count = UInt32(clamping: packet.count)
            body.appendLittle(UInt32(0))
            body.appendLittle(UInt32(truncatingIfNeeded: time >> 32))
            body.appendLittle(UInt32(truncatingIfNeeded: time))
            body.appendLittle(count)
            body.appendLittle(count)
            body += packet
            pad(&body)
            for remark in remarks { append(.comment, text(remark), to: &body) }
            // Inbound is what a phone has sent.
            append(.flags, [message.isFromClient ? 1 : 2, 0, 0, 0], to: &body)
            append(.end, [], to: &body)
        }
    }

    private static func append(_ kind: Kind, to out: inout [UInt8], _ fill: (inout [UInt8]) -> Void) {
        var body: [UInt8] = []
        fill(&body)
        pad(&body)
        let length = UInt32(clamping: body.count + 12)
        out.appendLittle(kind.rawValue)
        out.appendLittle(length)
        out += body
        out.appendLittle(length)
    }

    private static func append(_ option: Option, _ value: [UInt8], to body: inout [UInt8]) {
        guard !value.isEmpty || option == .end else { return }
        body.appendLittle(option.rawValue)
        body.appendLittle(UInt16(clamping: value.count))
        body += value
        pad(&body)
    }

    private static func pad(_ bytes: inout [UInt8]) {
        while bytes.count % 4 != 0 { bytes.append(0) }
    }

    /// A text as UTF-8, cut off between two characters.
    private static func text(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for character in text {
            let next = character.utf8
            guard bytes.count + next.count <= mostText else { break }
            bytes += next
        }
        return bytes
    }
}
