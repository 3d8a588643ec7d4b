import BindingTable
import Cells
import Console
import ConsoleLink
import Monitor
import SIPMessage
import Timing

/// One attempt in text: what became of it and why, then its messages as they came and left.
struct AttemptScript {
    let id: AttemptID
    let isRedacted: Bool

    /// Writes it. Throws 3 if it is no longer kept.
    func run(_ script: ScriptContext) throws(HostError) {
        let window = try script.link.window(WindowQuery(subject: .attempt(id), height: 1))
        guard case .attempt(let detail) = window.content else {
            try script.output.abandon()
            throw .nothing("this attempt is no longer kept")
        }
        let clock = script.clock(window.at)
        let out = script.output
        let report = AttemptReport(detail.row, detail, clock: clock)
        out.noteRow()
        try out.line("\(detail.row.aor)  attempt \(id.rawValue)")
        try out.line("  \(report.line)")
        for line in report.why { try out.line("      \(line)") }
        for message in detail.messages {
            try out.line("")
            let again = message.isRetransmission ? "  sent again" : ""
            let cameIn = message.isOutgoing.map { !$0 } ?? message.isRequest
            let leg = message.leg.map { $0 == 0 ? " (caller)" : " (leg \($0))" } ?? ""
            let way = (cameIn ? "received" : "sent") + leg
            try out.line("\(clock.milliseconds(message.at))  \(way)  \(message.summary)\(again)")
            guard !message.isRetransmission else { continue }
            let bytes = isRedacted ? Redaction.redacted(message.bytes) : message.bytes
            for line in Self.lines(bytes) { try out.write(line) }
        }
        try out.finish()
    }

    /// The lines of a message, indented; what a terminal would obey is escaped.
    private static func lines(_ message: [UInt8]) -> [[UInt8]] {
        var lines = message.split(separator: 0x0a, omittingEmptySubsequences: false).map { line in
            Array(line.last == 0x0d ? line.dropLast() : line)
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { Array("    ".utf8) + Array(SafeText(bytes: $0).string.utf8) + [0x0a] }
    }
}
