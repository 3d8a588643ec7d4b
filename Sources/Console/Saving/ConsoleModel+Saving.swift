internal import BindingTable
internal import Cells
internal import Monitor
internal import Timing

extension ConsoleModel {
    /// `S`: what to save, or what to do about what is being saved.
    mutating func openSave(at now: ClockReading) {
        if let order = save.running {
            layer = .form(
                Form(.saving(order), buttons: [DialogButton("Go on"), DialogButton("Stop", isDanger: true)])
            )
        } else {
            layer = .form(savePlan(at: now).form())
        }
    }

    /// The report on the screen, into a file.
    mutating func openSave(of report: TicketReport, at now: ClockReading) {
        guard save.running == nil else { return openSave(at: now) }
        let choice = SavePlan.Choice(
            label: "the report",
            name: "report-\(word(of: report.aor))",
            content: .screen(report.lines),
            formats: [.text]
        )
        let stamp = SaveWords.stamp(presentClock(at: now))
        layer = .form(SavePlan(choices: [choice], stamp: stamp, at: nil).form())
    }

    /// `:export FILE`: the first of what this screen has that the file's ending takes, secrets hidden.
    mutating func export(to file: String, at now: ClockReading) -> [ConsoleEffect] {
        guard !file.isEmpty, save.running == nil else {
            openSave(at: now)
            return []
        }
        let plan = savePlan(at: now)
        let format = SavePlan.format(ofFile: file)
        guard let choice = plan.choices.first(where: { $0.formats.contains(format) }) else {
            message = .error("There is nothing on this screen that \(SavePlan.word(format)) could hold.")
            return []
        }
        return save(choice, format, isRedacted: true, to: file, plan.at, at: now)
    }

    /// The form was answered with Save.
    mutating func answerSave(_ form: inout Form, _ plan: SavePlan, at now: ClockReading) -> [ConsoleEffect] {
        let file = form.name?.text.trimmed ?? ""
        guard !file.isEmpty else {
            form.complaint = "Name the file."
            form.focus = .name
            layer = .form(form)
            return []
        }
        layer = nil
        let isRedacted = form.choices.count <= SavePlan.secrets || form.chosen(SavePlan.secrets) == 0
        return save(
            plan.choice(in: form),
            plan.format(in: form),
            isRedacted: isRedacted,
            to: file,
            plan.at,
            at: now
        )
    }

    private mutating func save(
        _ choice: SavePlan.Choice,
        _ format: SaveOrder.Format,
        isRedacted: Bool,
        to file: String,
        _ moment: WallTime?,
        at now: ClockReading,
    ) -> [ConsoleEffect] {
        let order = SaveOrder(
            number: save.nextNumber(),
            content: choice.content,
            format: format,
            isRedacted: isRedacted,
            file: file,
            at: moment
        )
        return begin(order, at: now)
    }

    /// The file may be replaced now.
    mutating func replace(_ order: SaveOrder, at now: ClockReading) -> [ConsoleEffect] {
        var order = order
        order.number = save.nextNumber()
        order.mayReplace = true
        return begin(order, at: now)
    }

    private mutating func begin(_ order: SaveOrder, at now: ClockReading) -> [ConsoleEffect] {
        save.begin(order)
        message = .info("Saving \(order.file) ..", at: now.timestamp)
        return [.save(order)]
    }

    /// What came of an order; one that nobody waits for any more is passed over.
    mutating func takeSave(_ number: Int, _ report: SaveReport, at now: ClockReading) {
        guard save.running?.number == number else { return }
        if case .writing(let rows, let all) = report {
            guard layer == nil, let file = save.running?.file else { return }
            let part = all.map { "\(TimeText.count(rows)) of \(TimeText.count($0))" } ?? TimeText.count(rows)
            message = .info("Saving \(file): \(part) rows; S stops it.", at: now.timestamp)
            return
        }
        guard let order = save.end(number) else { return }
        if case .form(let form) = layer, case .saving = form.purpose { layer = nil }
        switch report {
        case .writing: break
        case .done(let rows, let bytes, let path):
            let what = SaveWords.rows(rows, of: order)
            message = .done("Saved \(what), \(SaveWords.size(bytes)), in \(path)", at: now.timestamp)
        case .failed(let why): message = .error("Not saved: \(why).")
        case .exists(let path):
            guard layer == nil, prompt == nil, commandLine == nil else {
                message = .error("Not saved: \(path) is there already.")
                return
            }
            var order = order
            order.file = path
            layer = .form(
                Form(
                    .replace(order),
                    buttons: [DialogButton("Keep"), DialogButton("Replace", isDanger: true)]
                )
            )
        }
    }

    // MARK: What there is to save

    /// What the screen offers, what is meant most often first.
    func savePlan(at now: ClockReading) -> SavePlan {
        let clock = presentClock(at: now)
        let shown = draw(at: now).text.split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init
        )
        let screen = SavePlan.Choice(
            label: "this screen",
            name: screenWord,
            content: .screen(shown),
            formats: [.text]
        )
        // Away from the registrar, only what is here can be saved.
        let rest = loss == nil && welcome != nil ? rowChoices : []
        return SavePlan(choices: rest + [screen], stamp: SaveWords.stamp(clock), at: replay?.at)
    }

    private var rowChoices: [SavePlan.Choice] {
        switch screen {
        case .overview: [SavePlan.Choice("all numbers", "overview", .overview, [.text, .json, .csv])]
        case .bindings: bindingChoices
        case .binding(let id):
            [SavePlan.Choice("this binding", word(of: detail.detail?.row.aor), .binding(id), [.text, .json])]
                + attemptChoices(of: detail.detail?.row.aor)
        case .attempts:
            [
                SavePlan.Choice(
                    "all \(TimeText.count(attempts.matched))",
                    "attempts",
                    .attempts(
                        filter: effective(attemptsFilter, for: .attempts)?.expansion ?? "",
                        failuresOnly: failuresOnly,
                        kind: requestKind
                    ),
                    [.packets, .text, .csv, .json]
                )
            ] + (attempts.cursorRow.map { [attemptChoice($0)] } ?? [])
        case .attempt:
            (ladder.detail.map { [attemptChoice($0.row)] } ?? []) + attemptChoices(of: ladder.detail?.row.aor)
        case .security:
            [
                SavePlan.Choice(
                    "all \(TimeText.count(security.list.matched))",
                    "security",
                    .security(security.group, filter: securityFilterInForce),
                    [.csv, .text, .json]
                )
            ]
        case .devices:
            [
                SavePlan.Choice(
                    "all \(TimeText.count(devices.list.matched))",
                    "devices",
                    .devices(devices.group, filter: devicesFilter.filter),
                    [.csv, .text, .json]
                )
            ]
        case .log:
            [
                lineChoice(
                    "log",
                    log.matched,
                    .log(
                        filter: effective(logFilter, for: .log),
                        level: warningsOnly ? .warning : .info
                    )
                )
            ]
        case .audit: [lineChoice("audit", audit.matched, .audit(filter: effective(auditFilter, for: .audit)))]
        case .blocks: [lineChoice("blocks", blocks.matched, .blocks(filter: blocksFilter.filter))]
        case .history: [lineChoice("history", historyEntries.count, .history(historyEntries))]
        }
    }

    private var bindingChoices: [SavePlan.Choice] {
        let formats: [SaveOrder.Format] = [.csv, .text, .json]
        var choices: [SavePlan.Choice] = []
        if let filter = marks.all {
            let content = SaveOrder.Content.bindings(
                filter: filter.expansion,
                order: order,
                fields: shownFields
            )
            choices.append(SavePlan.Choice("all marked", "bindings", content, formats))
        } else if !marks.isEmpty {
            let content = SaveOrder.Content.marked(marks.sorted, fields: shownFields)
            choices.append(
                SavePlan.Choice("\(TimeText.count(marks.count)) marked", "bindings", content, formats)
            )
        }
        let all = SaveOrder.Content.bindings(
            filter: effective(bindingsFilter, for: .bindings)?.expansion ?? "",
            order: order,
            fields: shownFields
        )
        choices.append(
            SavePlan.Choice("all \(TimeText.count(bindings.matched))", "bindings", all, formats)
        )
        guard let row = bindings.cursorRow else { return choices }
        choices.append(SavePlan.Choice("this one", word(of: row.aor), .binding(row.key), [.text, .json]))
        return choices + attemptChoices(of: row.aor)
    }

    /// The fields of the columns on the screen.
    private var shownFields: [String] {
        let columns = BindingColumns.columns(width: bindingsLayout.table.width, sortedBy: order.column)
        return columns.compactMap { shown in
            BindingFields.columns.first { $0.column == shown.column }?.name
        }
    }

    private func attemptChoices(of aor: String?) -> [SavePlan.Choice] {
        // The past knows of no attempt.
        guard let aor, !aor.isEmpty, replay == nil else { return [] }
        return [
            SavePlan.Choice(
                "its attempts",
                "\(word(of: aor))-attempts",
                .attempts(filter: Self.aorFilter(aor), failuresOnly: false),
                [.packets, .text, .csv, .json]
            )
        ]
    }

    private func attemptChoice(_ row: AttemptRow) -> SavePlan.Choice {
        SavePlan.Choice(
            "this attempt",
            "attempt-\(row.id.rawValue)",
            .attempt(row.id),
            [.packets, .text, .json, .csv]
        )
    }

    private func lineChoice(_ name: String, _ count: Int, _ content: SaveOrder.Content) -> SavePlan.Choice {
        SavePlan.Choice("all \(TimeText.count(count))", name, content, [.text, .csv, .json])
    }

    private func word(of aor: String?) -> String {
        let word = SavePlan.fileWord(aor ?? "")
        return word.isEmpty ? "binding" : word
    }

    private var securityFilterInForce: Filter? {
        if case .security(_, let filter) = securitySubject { filter } else { nil }
    }

    private var screenWord: String {
        switch screen {
        case .overview: "overview"
        case .bindings, .binding: "bindings"
        case .attempts, .attempt: "attempts"
        case .security: "security"
        case .devices: "devices"
        case .log: "log"
        case .audit: "audit"
        case .blocks: "blocks"
        case .history: "history"
        }
    }
}

extension SavePlan.Choice {
    fileprivate init(
        _ label: String,
        _ name: String,
        _ content: SaveOrder.Content,
        _ formats: [SaveOrder.Format],
    ) {
        self.init(label: label, name: name, content: content, formats: formats)
    }
}
