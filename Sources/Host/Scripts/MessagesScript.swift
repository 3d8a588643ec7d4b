import BindingTable
import Capture
import Console
import ConsoleLink
import Monitor
import SIPMessage
import Timing

/// `regtop export --pcap`, and what a console saves of attempts: attempts with their messages.
public struct MessagesScript {
    /// How they are written.
    public enum Format: Sendable {
        /// The messages as the packets of a pcapng file.
        case packets
        /// The attempts as rows.
        case rows(ReportFormat)
    }

    /// Attempts that pass, in the console's filter language; empty: all.
    public var filter = ""
    /// Only those that failed.
    public var failuresOnly = false
    /// Tries to register, calls, or both.
    var kind = RequestKind.all
    /// Only so many, the newest; nil: all.
    public var newest: Int?
    /// Only these; empty: all that pass.
    var ids: [AttemptID] = []
    /// Nonces, responses and passwords are filled with `x`.
    public var isRedacted = false
    /// How they are written. JSON has the messages, text and CSV have the rows alone.
    public var format = Format.packets

    /// The messages of all attempts that are kept, as packets.
    public init() {}

    /// Writes them. Throws 3 if there is none.
    public func run(_ script: ScriptContext) throws(HostError) {
        let count =
            switch format {
            case .packets: try packets(script)
            case .rows(let format): try rows(format, script)
            }
        guard count == 0 else { return try script.output.finish() }
        try script.output.abandon()
        throw .nothing(filter.isEmpty ? "no attempt with messages is kept" : "no attempt matches \(filter)")
    }

    private func pages(_ script: ScriptContext) throws(HostError) -> MessagePages {
        MessagePages(
            script: script,
            query: MessagesQuery(
                filter: try ScriptContext.filter(filter, .attempts),
                failuresOnly: failuresOnly,
                kind: kind,
                ids: ids,
                newest: newest
            )
        )
    }

    private func shown(_ bytes: [UInt8]) -> [UInt8] { isRedacted ? Redaction.redacted(bytes) : bytes }

    // MARK: Packets

    private func packets(_ script: ScriptContext) throws(HostError) -> Int {
        var writer = CaptureWriter()
        var order = CaptureOrder()
        var count = 0
        func write(_ message: CapturedMessage) throws(HostError) {
            var packets: [UInt8] = []
            guard writer.append(message, to: &packets) else { return }
            if count == 0 { try script.output.write(header(writer, script)) }
            count += 1
            script.output.noteRow()
            try script.output.write(packets)
        }
        try pages(script).read { (_) throws(HostError) in
        } take: { (attempt, clock) throws(HostError) in
            let start = clock.now.wall(at: attempt.row.startedAt)
            while let message = order.next(before: start) { try write(message) }
            for message in captured(attempt, clock) { order.add(message) }
        }
        while let message = order.next() { try write(message) }
        return count
    }

    private func header(_ writer: CaptureWriter, _ script: ScriptContext) -> [UInt8] {
        let secrets = isRedacted ? " Nonces, responses and passwords are filled with x." : ""
        return writer.header(
            program: "regtop \(Version.text)",
            comment:
                "SIP messages as the registrar \(script.welcome.host) has read and sent them. Addresses, "
                + "ports, times and bytes are real; the headers below SIP are made up.\(secrets)"
        )
    }

    /// The messages of an attempt; the first says which attempt it is and what became of it.
    private func captured(_ attempt: AttemptMessages, _ clock: LocalClock) -> [CapturedMessage] {
        let row = attempt.row
        return attempt.messages.enumerated().map { index, message in
            var comment = index == 0 ? "attempt \(row.id.rawValue): \(row.word)" : ""
            if message.repeats != nil { comment = "sent again" }
            return CapturedMessage(
                at: clock.now.wall(at: message.at),
                from: message.from,
                to: message.to,
                transport: message.transport ?? row.path.transport,
                isFromClient: message.cameIn,
                comment: comment,
                bytes: shown(attempt.bytes(of: message))
            )
        }
    }

    // MARK: Rows

    private func rows(_ format: ReportFormat, _ script: ScriptContext) throws(HostError) -> Int {
        let listed = AttemptFields.listed.compactMap { name in
            AttemptFields.table.first { $0.name == name }
        }
        let fields = format == .text ? listed : AttemptFields.table
        let writer = ReportWriter(format: format, fields: fields, sink: script.output)
        var count = 0
        try pages(script).read { (left) throws(HostError) in
            script.output.expect(left)
            guard left > 0 else { return }
            let clock = script.clock(script.welcome.clock.timestamp)
            try writer.begin(
                script.header("attempts", at: clock) + [
                    .init("filter", .text(filter)), .init("matched", .number(left)),
                    .init("redacted", .flag(isRedacted)),
                ]
            )
        } take: { (attempt, clock) throws(HostError) in
            count += 1
            guard format == .json else { return try writer.row(attempt.row, clock) }
            script.output.noteRow()
            let values = fields.map { ScriptContext.Named($0.name, $0.value(attempt.row, clock)) }
            try writer.object(values + [.init("messages", .list(messages(attempt, clock)))])
        }
        return count
    }

    private func messages(_ attempt: AttemptMessages, _ clock: LocalClock) -> [FieldValue] {
        attempt.messages.map { message in
            .object([
                .init("at", .time(clock.now.wall(at: message.at))),
                .init("from", .text("\(message.from)")), .init("to", .text("\(message.to)")),
                .init("request", .flag(message.isRequest)),
                .init("sent_again", .flag(message.repeats != nil)),
                .init("text", .bytes(shown(attempt.bytes(of: message)))),
            ])
        }
    }
}

/// Reads attempts with their messages, a page at a time: the next is asked for when the last is written.
struct MessagePages {
    let script: ScriptContext
    let query: MessagesQuery

    /// Reads all.
    ///
    /// - Parameters:
    ///   - begin: gets how many attempts there are, before the first.
    ///   - take: gets attempts, oldest first, with the clock that they were read at.
    func read(
        begin: (Int) throws(HostError) -> Void,
        take: (AttemptMessages, LocalClock) throws(HostError) -> Void,
    ) throws(HostError) {
        var query = query
        var isFirst = true
        while true {
            let asked = query
            guard case .messages(let page, _) = try script.link.ask({ .messages(asked, serial: $0) }) else {
                throw ScriptContext.strange
            }
            if isFirst { try begin(page.left) }
            isFirst = false
            let clock = script.clock(page.at)
            for attempt in page.attempts { try take(attempt, clock) }
            guard let next = page.following(query) else { return }
            query = next
        }
    }
}
