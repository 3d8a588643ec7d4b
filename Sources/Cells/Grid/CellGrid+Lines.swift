extension CellGrid {
    /// Draws the outline of a box with an optional title in its upper edge; the inside stays.
    ///
    /// A rectangle of less than two columns or rows draws nothing.
    public mutating func box(
        _ rect: Rect,
        title: String = "",
        role: Role = .frame,
        titleRole: Role = .frameTitle,
    ) {
        guard rect.width >= 2, rect.height >= 2 else { return }
        rule(rect.row(0), title: title, role: role, titleRole: titleRole)
        rule(rect.row(rect.height - 1), role: role)
        for y in rect.y..<rect.maxY {
            set(glyphs.vertical, at: Point(x: rect.x, y: y), role: role)
            set(glyphs.vertical, at: Point(x: rect.maxX - 1, y: y), role: role)
        }
        set(glyphs.topLeft, at: rect.origin, role: role)
        set(glyphs.topRight, at: Point(x: rect.maxX - 1, y: rect.y), role: role)
        set(glyphs.bottomLeft, at: Point(x: rect.x, y: rect.maxY - 1), role: role)
        set(glyphs.bottomRight, at: Point(x: rect.maxX - 1, y: rect.maxY - 1), role: role)
    }

    /// Draws a horizontal line over the first row of a rectangle: `--TITLE----`.
    public mutating func rule(
        _ rect: Rect,
        title: String = "",
        role: Role = .frame,
        titleRole: Role = .frameTitle,
    ) {
        guard !rect.isEmpty else { return }
        fill(rect.row(0), with: glyphs.horizontal, role: role)
        guard !title.isEmpty, rect.width > 4 else { return }
        let text = SafeText(title, ascii: glyphs == .ascii).fitted(to: rect.width - 4)
        put(text, at: Point(x: rect.x + 2, y: rect.y), role: titleRole)
    }

    /// Draws a vertical line over the first column of a rectangle.
    public mutating func verticalRule(_ rect: Rect, role: Role = .frame) {
        guard !rect.isEmpty else { return }
        fill(Rect(x: rect.x, y: rect.y, width: 1, height: rect.height), with: glyphs.vertical, role: role)
    }

    /// Draws text at the right end of a rectangle's first row; cut at its start when too long.
    public mutating func putRight(_ text: String, in rect: Rect, role: Role, cut: Cut = .end) {
        guard !rect.isEmpty else { return }
        let fitted = SafeText(text, ascii: glyphs == .ascii).fitted(to: rect.width, cut: cut)
        put(fitted, at: Point(x: rect.maxX - fitted.width, y: rect.y), role: role)
    }

    /// Draws text in the middle of a rectangle's first row.
    public mutating func putCentred(_ text: String, in rect: Rect, role: Role) {
        guard !rect.isEmpty else { return }
        let fitted = SafeText(text, ascii: glyphs == .ascii).fitted(to: rect.width)
        put(fitted, at: Point(x: rect.x + (rect.width - fitted.width) / 2, y: rect.y), role: role)
    }
}
