internal import Cells
internal import SIPMessage
internal import Timing

/// Bytes as text, for reports.
enum ReportText {
    /// The bytes as UTF-8; a byte that belongs to no character is told as `\xNN`.
    static func text(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return SafeText(bytes: bytes).string
    }

    /// A binding's or attempt's number as 16 hexadecimal digits.
    static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

extension LocalClock {
    /// `2026-11-26 12:04:31`, where the operator is.
    func dated(_ wall: WallTime) -> String {
        let civil = CivilTime(wall, utcOffset: utcOffset)
        return "\(civil.date) \(civil.clock)"
    }
    /// The same of a monotonic instant.
    func dated(_ instant: Timestamp) -> String { dated(now.wall(at: instant)) }
}
