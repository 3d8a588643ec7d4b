internal import Cells
internal import Timing

/// What the console says about files.
enum SaveWords {
    /// `20261126T140300`, where the operator is.
    static func stamp(_ clock: LocalClock) -> String {
        let civil = CivilTime(clock.now.wall, utcOffset: clock.utcOffset)
        let text = "\(civil.date)T\(civil.clock)"
        return String(text.filter { $0 != "-" && $0 != ":" })
    }

    /// `18.2 kB`
    static func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<1_000: TimeText.count(bytes, "byte")
        case ..<1_000_000: "\(TimeText.fixed(Double(bytes) / 1_000, 1)) kB"
        case ..<1_000_000_000: "\(TimeText.fixed(Double(bytes) / 1_000_000, 1)) MB"
        default: "\(TimeText.fixed(Double(bytes) / 1_000_000_000, 2)) GB"
        }
    }

    /// `412 bindings`, in the noun of what was ordered.
    static func rows(_ count: Int, of order: SaveOrder) -> String {
        switch order.content {
        case .screen: return "the screen"
        case .binding: return "1 binding"
        case .overview: return "all numbers"
        case .bindings, .marked: return TimeText.count(count, "binding")
        case .attempts, .attempt:
            return TimeText.count(count, order.format == .packets ? "message" : "attempt")
        case .security, .devices: return TimeText.count(count, "row")
        case .log, .audit, .history: return TimeText.count(count, "line")
        case .blocks: return TimeText.count(count, "block")
        }
    }

    /// What the form says about what is chosen.
    static func lines(_ choice: SavePlan.Choice, _ format: SaveOrder.Format, isRedacted: Bool) -> [RunLine] {
        var lines: [RunLine] = []
        switch format {
        case .text: lines.append(RunLine("Text, as on the screen; nothing is cut off.", role: .text))
        case .csv: lines.append(RunLine("CSV with a line of names, all fields, times in UTC.", role: .text))
        case .json:
            lines.append(RunLine("JSON, an object a line, a header first: all that is known.", role: .text))
        case .packets:
            lines.append(
                RunLine(
                    "The messages as packets (pcapng), for Wireshark and sngrep. Addresses, ports, times and "
                        + "bytes are real, the headers around them are made up; TLS is written decrypted.",
                    role: .text
                )
            )
        }
        guard choice.hasMessages(as: format) else { return lines }
        let secrets =
            isRedacted
            ? RunLine(
                "Nonces, responses and passwords are filled with x, as many bytes as before.",
                role: .text
            )
            : RunLine(
                "With all secrets: whoever has the file can try passwords on the responses in it.",
                role: .stateWarn
            )
        return lines + [secrets]
    }
}
