internal import Cells
internal import ConsoleLink
internal import Monitor

/// What the overview says before anything has come: where the registrar listens, how a phone gets here, and which keys to
/// begin with.
struct FirstSteps {
    let welcome: Welcome
    let keys: KeyMap
    let canPlayTour: Bool

    /// Nothing has come since the start, and nobody is bound.
    static func areDue(_ numbers: Overview) -> Bool {
        numbers.bindings == 0 && numbers.peak == 0 && numbers.calls.isEmpty && numbers.registerRate == 0
            && numbers.topSources.isEmpty && numbers.failingUsers.isEmpty
            && numbers.registerHistory.allSatisfy { $0 == 0 }
    }

    func draw(on grid: inout CellGrid, in rect: Rect) {
        grid.fill(rect, role: .text)
        grid.rule(rect.row(0), title: "WHERE TO BEGIN", role: .frameFocus, titleRole: .frameFocus)
        let area = rect.inset(left: 1, top: 1, right: 1)
        let ascii = grid.glyphs == .ascii
        var texts = lines(isWide: area.width >= 70)
        // The details go first where there is no room for all.
        while wrapped(texts, area.width, ascii).count > area.height,
            let place = texts.lastIndex(where: \.isDetail)
        {
            texts.remove(at: place)
        }
        // Where even that does not fit, a line that is cut leaves the others their place.
        let isTight = wrapped(texts, area.width, ascii).count > area.height
        let shown =
            isTight
            ? texts.map { RunLine($0.runs, ascii: ascii).fitted(to: area.width) }
            : wrapped(texts, area.width, ascii)
        for (row, line) in shown.prefix(area.height).enumerated() {
            line.draw(on: &grid, at: Point(x: area.x, y: area.y + row), maxWidth: area.width)
        }
    }

    private struct Line {
        var runs: [TextRun]
        var isDetail = false

        init(_ text: String, role: Role = .text, isDetail: Bool = false) {
            runs = [TextRun(text, role: role)]
            self.isDetail = isDetail
        }

        init(key: String, _ text: String) {
            runs = [TextRun("  \(key)  ", role: .hintKey), TextRun(text, role: .text)]
        }
    }

    private func wrapped(_ lines: [Line], _ width: Int, _ ascii: Bool) -> [RunLine] {
        lines.flatMap { RunLine($0.runs, ascii: ascii).wrapped(columns: max(2, width), atWords: true) }
    }

    private func lines(isWide: Bool) -> [Line] {
        let places = welcome.listeners.isEmpty ? "nothing" : welcome.listeners.joined(separator: ", ")
        guard isWide else { return narrow(places) }
        var lines = [
            Line("No phone has come yet. Listening on \(places).", role: .textStrong),
            Line("", isDetail: true),
            Line("A phone registers with its account, and this host as its registrar:", isDetail: true),
        ]
        if welcome.openDomains.isEmpty {
            lines.append(
                Line("  regtop account add 4417@example.test   gives it one, and asks for the password.")
            )
        } else {
            lines.append(
                Line("  \(welcome.openDomains.joined(separator: ", ")) takes any user without a password.")
            )
        }
        lines.append(Line("", isDetail: true))
        lines += [
            Line(
                key: keys.key(.attempts),
                "shows who tries to register, and why it fails"
            ),
            Line(
                key: keys.key(.filter),
                "finds a phone in any list: user, address, User-Agent"
            ),
            Line(
                key: keys.key(.help),
                "has every key of the screen, and finds them by words"
            ),
        ]
        if canPlayTour {
            lines.append(Line("  :tour goes through a night on call in five steps."))
        } else {
            lines.append(
                Line("  regtop --demo has phones to practise on, and :tour there shows how.", isDetail: true)
            )
        }
        return lines
    }

    /// Four lines, for the smallest screen.
    private func narrow(_ places: String) -> [Line] {
        func key(_ id: ActionID) -> String { keys.key(id) }
        return [
            Line("Listening on \(places)", role: .textStrong),
            Line(
                welcome.openDomains.isEmpty
                    ? "regtop account add 4417@example.test" : "No password is needed."
            ),
            Line("\(key(.attempts)) who tries  \(key(.filter)) find one  \(key(.help)) all keys"),
            Line(canPlayTour ? ":tour shows around." : "regtop --demo has phones and a :tour."),
        ]
    }
}
