import Cells
import Console
import ConsoleLink
import Timing

/// Writes rows of one kind in a format, each as soon as it is known.
struct ReportWriter<Row> {
    let format: ReportFormat
    let fields: [ReportField<Row>]
    let sink: any ScriptSink
    /// Names before the fields of each row, such as the moment of a picture.
    var lead: [FieldValue.NamedValue] = []

    /// The fields of these names, or which name is none of them.
    static func fields(_ names: [String], of find: (String) -> ReportField<Row>?, known: [String])
        throws(HostError) -> [ReportField<Row>]
    {
        var found: [ReportField<Row>] = []
        for name in names {
            guard let field = find(name) else {
                throw .usage("no column \(name); there are \(known.joined(separator: ", "))")
            }
            found.append(field)
        }
        return found
    }

    /// The header: an object, a line of names, or heads.
    func begin(_ header: [FieldValue.NamedValue]) throws(HostError) {
        switch format {
        case .json:
            let columns = FieldValue.list((lead.map(\.name) + fields.map(\.name)).map { .text($0) })
            try object(header + [FieldValue.NamedValue("columns", columns)])
        case .csv: try names()
        case .text: try heads()
        }
    }

    /// CSV's line of names.
    func names() throws(HostError) {
        try sink.write(Array((lead.map(\.name) + fields.map(\.name)).joined(separator: ",").utf8) + [0x0a])
    }

    private func heads() throws(HostError) {
        try textLine(fields.map(\.title))
    }

    /// One row.
    func row(_ row: Row, _ clock: LocalClock) throws(HostError) {
        sink.noteRow()
        switch format {
        case .json:
            try object(lead + fields.map { FieldValue.NamedValue($0.name, $0.value(row, clock)) })
        case .csv:
            var line: [UInt8] = []
            for (index, value) in (lead.map(\.value) + fields.map { $0.value(row, clock) }).enumerated() {
                if index > 0 { line.append(0x2c) }
                CSVText.append(value, to: &line)
            }
            line.append(0x0a)
            try sink.write(line)
        case .text:
            try textLine(fields.map { $0.text(row, clock) })
        }
    }

    /// Any object as a line of JSON.
    func object(_ parts: [FieldValue.NamedValue]) throws(HostError) {
        var line: [UInt8] = []
        JSONText.append(.object(parts), to: &line)
        line.append(0x0a)
        try sink.write(line)
    }

    /// Cells under each other; one that is too long pushes the rest of its line, for nothing is cut.
    private func textLine(_ cells: [String]) throws(HostError) {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let field = fields[index]
            let safe = SafeText(cell)
            let blanks = String(repeating: " ", count: max(0, field.width - safe.width))
            if index > 0 { line += "  " }
            let isLast = index == cells.count - 1
            line += field.isRight ? blanks + safe.string : safe.string + (isLast ? "" : blanks)
        }
        try sink.write(Array(line.utf8) + [0x0a])
    }
}

extension ScriptContext {
    typealias Named = FieldValue.NamedValue

    /// The beginning of every header.
    func header(_ what: String, at clock: LocalClock) -> [Named] {
        let registrar: [Named] = [
            Named("host", .text(welcome.host)),
            Named("listeners", .list(welcome.listeners.map { .text($0) })),
            Named("started_at", .time(welcome.clock.wall(at: welcome.startedAt))),
        ]
        return [
            Named("what", .text(what)), Named("registrar", .object(registrar)),
            Named("time", .time(clock.now.wall)),
        ]
    }
}
