import SIPMessage
import Timing

/// How replies end: `Server`, `Content-Length: 0` and the empty line; before it `Date` where one is due, made
/// anew when the second changes (RFC 3261 §20.17).
struct ReplyTail {
    private var second = Int64.min
    /// With `Date`.
    private(set) var dated: [UInt8] = []
    /// Without it.
    private(set) var plain: [UInt8] = []

    /// Brings the texts up to a moment.
    @inline(__always)
    mutating func update(to wall: WallTime, server: [UInt8]) {
        let now = wall.secondsSince1970
        if now != second { make(now, wall, server) }
    }

    private mutating func make(_ now: Int64, _ wall: WallTime, _ server: [UInt8]) {
        second = now
        let name = server.isEmpty ? [] : Array("Server: ".utf8) + server + Array("\r\n".utf8)
        plain = name + Array("Content-Length: 0\r\n\r\n".utf8)
        dated = Array("Date: \(CivilTime(wall).sipDate)\r\n".utf8) + plain
    }
}
