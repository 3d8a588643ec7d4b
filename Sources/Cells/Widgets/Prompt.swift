/// The line where something is typed: `filter> exp<60_      37 match`.
public struct Prompt: Hashable, Sendable {
    /// What is asked for.
    public var label: String
    /// What is typed.
    public var line: LineEditor
    /// What the typed text means: `prompt`, `filter.valid`, `filter.invalid`.
    public var role: Role
    /// Shown dim behind the text: a completion, or an example while nothing is typed.
    public var ghost: String
    /// A remark at the right end; left out when it does not fit whole beside the text.
    public var note: String
    /// What the remark means.
    public var noteRole: Role

    /// A prompt.
    public init(
        label: String,
        line: LineEditor,
        role: Role = .prompt,
        ghost: String = "",
        note: String = "",
        noteRole: Role = .promptGhost,
    ) {
        self.label = label
        self.line = line
        self.role = role
        self.ghost = ghost
        self.note = note
        self.noteRole = noteRole
    }

    /// Draws the prompt over the first row of a rectangle and shows the cursor at the caret; a text
    /// too long is scrolled so that the caret stays inside.
    public func draw(on grid: inout CellGrid, in rect: Rect) {
        guard !rect.isEmpty else { return }
        let ascii = grid.glyphs == .ascii
        grid.fill(rect.row(0), role: .prompt)
        let label = SafeText(label, ascii: ascii).fitted(to: max(0, rect.width / 2))
        grid.put(label, at: rect.origin, role: .prompt)
        let field = rect.row(0).inset(left: label.width)
        guard !field.isEmpty else { return }
        let before = SafeText(text(line.scalars.prefix(line.caret)), ascii: ascii)
        let after = SafeText(text(line.scalars.dropFirst(line.caret)), ascii: ascii)
        let head = before.width < field.width ? before : before.suffix(columns: field.width - 1)
        grid.put(head, at: field.origin, role: role)
        let caret = Point(x: field.x + head.width, y: field.y)
        let room = field.maxX - caret.x
        grid.put(after, at: caret, role: role, maxWidth: room)
        grid.showCursor(at: caret)
        var end = min(field.maxX, caret.x + after.width)
        if after.width == 0, room > 1 {
            end +=
                1
                + grid.put(
                    ghost,
                    at: Point(x: caret.x + 1, y: caret.y),
                    role: .promptGhost,
                    maxWidth: room - 1
                )
        }
        let note = SafeText(note, ascii: ascii)
        if note.width > 0, field.maxX - note.width > end {
            grid.put(note, at: Point(x: field.maxX - note.width, y: field.y), role: noteRole)
        }
    }

    private func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
