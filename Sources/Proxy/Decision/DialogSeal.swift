import SIPMessage

/// What a sealed flow is tied to: a dialog, and who its two ends have said to be when it began (RFC 3261 §12). Whoever
/// comes with the flow must be one of the two, and say the same.
enum DialogSeal {
    /// Call-ID, the tag of who sends a request, its address and the other end's: each with its length, so that none can
    /// be cut otherwise.
    static func text(
        _ fields: MandatoryFields,
        sender: NameAddress,
        other: NameAddress,
        _ bytes: Span<UInt8>,
    ) -> [UInt8] {
        var text: [UInt8] = []
        for part in [
            bytes.array(fields.callID), bytes.array(sender.tag), address(sender, bytes),
            address(other, bytes),
        ] {
            text.appendDecimal(UInt64(part.count))
            text.append(0x3a)
            text.append(part.span)
        }
        return text
    }

    /// An address as it is compared: canonical if it is a SIP URI, else as it is written.
    private static func address(_ end: NameAddress, _ bytes: Span<UInt8>) -> [UInt8] {
        var aor: [UInt8] = []
        if let uri = try? SIPURI(bytes, in: end.uri), uri.appendCanonicalAOR(bytes, to: &aor) { return aor }
        return bytes.array(end.uri)
    }
}
