import BindingTable
import SIPMessage

/// What a sealed flow is tied to: a dialog, by its Call-ID and the tag of who began it (RFC 3261 §12), and beside that whom
/// its two ends said to be then.
struct DialogSeal: Hashable, Sendable {
    /// Keyed hash of Call-ID and tag: a flow that is sealed for another dialog does not open.
    let dialog: UInt64
    /// Keyed hashes of the address of who began it and of the other end's, for this dialog: 14 bits each are enough for what
    /// costs a call for a guess. They may change in mid-dialog (RFC 4916), so that they say nothing of the flow, only whether
    /// somebody is still the same.
    let beginner: UInt64, other: UInt64

    /// The seal of a dialog that one end has begun.
    init(
        _ fields: MandatoryFields,
        begunBy sender: NameAddress,
        with other: NameAddress,
        _ bytes: Span<UInt8>,
        _ table: BindingTable,
    ) {
        dialog = Self.hash([bytes.array(fields.callID), bytes.array(sender.tag)], table)
        let call = bytes.array(fields.callID)
        beginner = Self.hash([call, Self.address(sender, bytes)], table) >> 50
        self.other = Self.hash([call, Self.address(other, bytes)], table) >> 50
    }

    /// Of parts with their lengths, so that none can be cut otherwise.
    private static func hash(_ parts: [[UInt8]], _ table: BindingTable) -> UInt64 {
        var text: [UInt8] = []
        for part in parts {
            text.appendDecimal(UInt64(part.count))
            text.append(0x3a)
            text.append(part.span)
        }
        return table.hash(text.span)
    }

    /// An address as it is compared: canonical if it is a SIP URI, else as it is written.
    private static func address(_ end: NameAddress, _ bytes: Span<UInt8>) -> [UInt8] {
        var aor: [UInt8] = []
        if let uri = try? SIPURI(bytes, in: end.uri), uri.appendCanonicalAOR(bytes, to: &aor) { return aor }
        return bytes.array(end.uri)
    }
}

/// A flow that a request has shown, opened in its dialog.
struct SealedFlow: Hashable, Sendable {
    /// The flow.
    let token: FlowToken
    /// It is that of the end which the request comes from, as its tags say; else it leads to the other.
    let isSenders: Bool
    /// Who sends the request says to be whom it said to be when it was sealed.
    let nameIsSame: Bool
}
