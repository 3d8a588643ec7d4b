internal import SIPMessage

/// What holds a way open and is no message.
enum KeepAlive {
    /// False for every message that begins with its start line: one comparison on the ordinary path.
    static func mayBe(_ bytes: Span<UInt8>) -> Bool {
        bytes.isEmpty || bytes[0] <= 0x20
    }

    /// Empty lines and NULs that hold a NAT's mapping open (RFC 3261 §7.5, RFC 6223).
    static func isEmpty(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count <= 16 else { return false }
        for index in bytes.indices {
            switch bytes[index] {
            case 0, 10, 13, 32: continue
            default: return false
            }
        }
        return true
    }

    /// A double CRLF, which wants one CRLF back (RFC 5626 §4.4.1).
    static func isPing(_ bytes: Span<UInt8>) -> Bool {
        bytes.count == 4 && bytes[0] == 13 && bytes[1] == 10 && bytes[2] == 13 && bytes[3] == 10
    }
}
