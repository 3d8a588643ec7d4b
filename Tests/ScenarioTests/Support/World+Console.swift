import BindingTable
import Cells
import Console
public import ConsoleLink
import Monitor
public import Registrar
import Timing

/// The operator's side: keys in, screen out, and the other end of the link.
extension World {
    /// Presses keys: `⏎ ⎋ ⇥ ⇤ ␣ ← → ↑ ↓`, `⌃x` for Ctrl, else the character itself; blanks only part them.
    func press(_ keys: String) {
        let named: [Unicode.Scalar: Key] = [
            "⏎": .enter, "⎋": .escape, "⇥": .tab, "⇤": .backTab, "␣": " ", "←": .left, "→": .right, "↑": .up,
            "↓": .down,
        ]
        var scalars = keys.unicodeScalars.filter { $0 != " " }.makeIterator()
        while let scalar = scalars.next() {
            presses += 1
            if scalar == "⌃" {
                if let letter = scalars.next() { input(.key(.control(letter))) }
            } else {
                input(.key(named[scalar] ?? .character(scalar)))
            }
        }
    }

    /// The terminal gets another size.
    func resize(_ width: Int, _ height: Int) { input(.resize(Size(width: width, height: height))) }

    /// Gives the console an input, and answers what it asks until it asks nothing more.
    func input(_ input: ConsoleInput) {
        var queue = [input]
        while !queue.isEmpty {
            for effect in model.update(queue.removeFirst(), at: clock) {
                if case .send(let request) = effect {
                    queue.append(.link(answer(request)))
                } else {
                    effects.append(effect)
                }
            }
        }
    }

    // MARK: The screen

    var grid: CellGrid { model.draw(at: clock) }
    /// What is on the screen, without the blanks at the ends of its lines.
    var screen: String { grid.text }
    var lines: [String] { screen.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
    var title: String { lines.first ?? "" }
    /// The line above the key bar.
    var messageLine: String { lines.dropLast().last ?? "" }
    var keyBar: String { lines.last ?? "" }

    /// The lines that contain a text.
    func lines(with text: String) -> [String] { lines.filter { $0.contains(text) } }

    /// A sentence stands on the screen, whether it is broken into lines or not.
    func says(_ sentence: String) -> Bool {
        screen.split { " \n│".contains($0) }.joined(separator: " ").contains(sentence)
    }

    /// A line that contains a text is drawn as one that is no longer there.
    func isDim(_ text: String) -> Bool {
        guard let row = lines.firstIndex(where: { $0.contains(text) }) else { return false }
        let grid = grid
        return (0..<grid.size.width).contains { grid[$0, row]?.overlay == .rowGone }
    }

    // MARK: The other end of the link

    private func answer(_ request: LinkRequest) -> LinkUpdate {
        bringMonitorUpToDate()
        if case .reload(let serial) = request { return .reloaded(reload(), serial: serial) }
        if case .perform(let command, _) = request { performed.append(command.verb) }
        return session.answer(request, monitor: monitor, desk: desk, clock: clock) { records in
            for record in records { auditTrail.append((record, bindings.count)) }
            return nil
        }
    }
}

extension OperatorDesk: CommandDesk {}
