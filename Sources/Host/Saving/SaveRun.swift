import BindingTable
import Console
import ConsoleLink
import Glibc
import Monitor
import Timing

/// Writes what an operator has ordered, over a link of its own: what the console asks goes another way.
struct SaveRun {
    let order: SaveOrder
    let isStopped: @Sendable () -> Bool
    let tell: @Sendable (SaveReport) -> Void

    /// Writes it, and says what came of it. Blocks.
    ///
    /// - Parameter open: makes the link, where one is needed.
    func run(open: () throws(HostError) -> any RegistrarLink) -> SaveReport {
        let path = SavePlace.path(order.file, home: Environment.known["HOME"])
        switch SavePlace.present(path) {
        case .nothing: break
        case .file: if !order.mayReplace { return .exists(path: path) }
        case .other: return .failed("\(path) is no ordinary file: name another")
        }
        do throws(HostError) {
            let file = try SaveFile(path, mayReplace: order.mayReplace, isStopped: isStopped, tell: tell)
            do throws(HostError) {
                try write(to: file, open)
            } catch {
                try file.abandon()
                // Somebody has made it meanwhile.
                if !order.mayReplace, SavePlace.present(path) == .file { return .exists(path: path) }
                throw error
            }
            return .done(rows: file.rows, bytes: file.bytes, path: path)
        } catch {
            return .failed(error.description.isEmpty ? "nobody reads \(path)" : error.description)
        }
    }

    private func write(to file: SaveFile, _ open: () throws(HostError) -> any RegistrarLink) throws(HostError)
    {
        if case .screen(let lines) = order.content {
            for line in lines { try file.line(line) }
            return try file.finish()
        }
        try write(ScriptContext(try open(), output: file))
    }

    private var format: ReportFormat {
        switch order.format {
        case .text, .packets: .text
        case .csv: .csv
        case .json: .json
        }
    }

    private func write(_ script: ScriptContext) throws(HostError) {
        switch order.content {
        case .screen: try script.output.finish()
        case .bindings(let filter, let wanted, let fields):
            var list = ListScript()
            (list.filter, list.order, list.format, list.at) = (filter, wanted, format, order.at)
            list.isExport = format != .text
            list.columns = format == .text ? fields : nil
            try list.run(script)
        case .marked(let rows, let fields): try marked(rows, fields, script)
        case .binding(let id):
            var show = ShowScript(Self.hex(id.rawValue))
            (show.isJSON, show.at) = (format == .json, order.at)
            script.output.noteRow()
            try show.run(script)
        case .attempts(let filter, let failuresOnly, let kind):
            try messages(filter: filter, failuresOnly: failuresOnly, kind: kind, ids: [], script)
        case .attempt(let id):
            guard order.format == .text else {
                return try messages(filter: "", failuresOnly: false, ids: [id], script)
            }
            try AttemptScript(id: id, isRedacted: order.isRedacted).run(script)
        case .overview: try LinesScript(list: .overview, format: format).run(script)
        case .security(let group, let filter):
            try LinesScript(list: .security(group, filter: filter), format: format).run(script)
        case .devices(let group, let filter):
            try LinesScript(list: .devices(group, filter: filter), format: format).run(script)
        case .log(let filter, let level):
            try LinesScript(list: .log(filter: filter, level: level), format: format).run(script)
        case .audit(let filter): try LinesScript(list: .audit(filter: filter), format: format).run(script)
        case .blocks(let filter): try LinesScript(list: .blocks(filter: filter), format: format).run(script)
        case .history(let entries): try history(entries, script)
        }
    }

    private func messages(
        filter: String,
        failuresOnly: Bool,
        kind: RequestKind = .all,
        ids: [AttemptID],
        _ script: ScriptContext,
    ) throws(HostError) {
        var messages = MessagesScript()
        (messages.filter, messages.failuresOnly, messages.ids) = (filter, failuresOnly, ids)
        messages.kind = kind
        messages.isRedacted = order.isRedacted
        messages.format = order.format == .packets ? .packets : .rows(format)
        try messages.run(script)
    }

    private func marked(_ rows: [BindingRow], _ names: [String], _ script: ScriptContext) throws(HostError) {
        let shown = names.compactMap(BindingFields.field)
        let writer = ReportWriter(
            format: format,
            fields: format == .text && !shown.isEmpty ? shown : BindingFields.table,
            sink: script.output
        )
        let clock = try script.replay(at: order.at)(script.clock(script.welcome.clock.timestamp))
        script.output.expect(rows.count)
        try writer.begin(
            script.header("bindings", at: clock) + [.init("matched", .number(rows.count))]
        )
        for row in rows { try writer.row(row, clock) }
        try script.output.finish()
    }

    private func history(_ entries: [HistoryEntry], _ script: ScriptContext) throws(HostError) {
        let clock = script.clock(script.welcome.clock.timestamp)
        let writer = ReportWriter(format: format, fields: HistoryFields.table, sink: script.output)
        guard !entries.isEmpty else { throw .nothing("there is no line to write") }
        if format != .text { try writer.begin(script.header("history", at: clock)) }
        for entry in entries {
            guard format == .text else {
                try writer.row(entry, clock)
                continue
            }
            script.output.noteRow()
            let who = String(decoding: entry.binding.aor, as: UTF8.self)
            try script.output.line("\(who)  \(HistoryFields.line(entry, clock))")
        }
        try script.output.finish()
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
