internal import CNcurses
internal import Cells
internal import Glibc

/// Hands ncurses the cells that differ from the last grid; ncurses then finds the cheapest way to
/// change the screen.
struct Painter {
    private struct Look: Hashable {
        let role: Role
        let overlay: Role?
    }

    private struct Ink {
        let attributes: UInt32
        let pair: Int32
        /// A blank shows it: there is a ground, a line or reversed colours.
        let showsOnBlanks: Bool
    }

    /// A longer run of blanks is cheaper in its own ink: the terminal can erase it.
    private static let longestGap = 8

    private let depth: ColourDepth
    private var pairs: PairTable
    private var inks: [Look: Ink] = [:]
    private var shown: CellGrid?
    private var theme: Theme?
    private var repaints = false

    /// A painter for a screen that is open.
    init(depth: ColourDepth) {
        self.depth = depth
        pairs = PairTable(available: depth == .mono ? 0 : rg_colour_pairs())
    }

    /// Forgets what the terminal shows.
    mutating func invalidate() {
        shown = nil
        repaints = true
    }

    /// Puts a grid on the screen's next picture and lets ncurses write the changes.
    ///
    /// - Returns: false when nothing differs from the last one; nothing is written then.
    mutating func paint(_ grid: CellGrid, theme newTheme: Theme) -> Bool {
        if theme != newTheme { change(to: newTheme) }
        if shown == grid, !repaints { return false }
        let screen = rg_stdscr()
        if shown?.size != grid.size { werase(screen) }
        let old = shown?.size == grid.size ? shown?.cells : nil
        let width = min(grid.size.width, Int(getmaxx(screen)))
        for y in 0..<min(grid.size.height, Int(getmaxy(screen))) {
            let row = y * grid.size.width
            if let old, old[row..<row + width] == grid.cells[row..<row + width] { continue }
            var gapInk: Ink?
            for x in 0..<width {
                let cell = grid.cells[row + x]
                if !isGap(cell, newTheme) {
                    gapInk = nil
                } else if x > 0, !isGap(grid.cells[row + x - 1], newTheme) {
                    let gap = grid.cells[row + x..<row + width]
                    gapInk = inkOfGap(gap, after: grid.cells[row + x - 1], newTheme)
                }
                if let old, old[row + x] == cell { continue }
                put(cell, x, y, gapInk ?? ink(Look(role: cell.role, overlay: cell.overlay), newTheme))
            }
        }
        showCursor(grid.cursor, screen)
        if repaints {
            rg_repaint()
            repaints = false
        }
        wnoutrefresh(screen)
        doupdate()
        shown = grid
        return true
    }

    /// Another theme starts with no pairs: terminals of eight colours have only 64.
    private mutating func change(to newTheme: Theme) {
        if theme != nil, depth != .mono {
            reset_color_pairs()
            pairs = PairTable(available: rg_colour_pairs())
        }
        if theme != nil { repaints = true }
        theme = newTheme
        inks = [:]
        shown = nil
    }

    private func showCursor(_ cursor: Point?, _ screen: UnsafeMutablePointer<WINDOW>?) {
        curs_set(cursor == nil ? 0 : 1)
        leaveok(screen, cursor == nil)
        if let cursor { wmove(screen, Int32(cursor.y), Int32(cursor.x)) }
    }

    /// A blank on which no ink can be seen.
    private mutating func isGap(_ cell: Cell, _ theme: Theme) -> Bool {
        cell.scalar == " " && cell.marks.isEmpty && !cell.isTail
            && !ink(Look(role: cell.role, overlay: cell.overlay), theme).showsOnBlanks
    }

    /// The ink of the glyph before a short gap between two glyphs, so that the style needn't change for it.
    private mutating func inkOfGap(_ gap: ArraySlice<Cell>, after glyph: Cell, _ theme: Theme) -> Ink? {
        var count = 0
        for cell in gap.prefix(Self.longestGap + 1) {
            guard isGap(cell, theme) else { break }
            count += 1
        }
        guard count <= Self.longestGap, count < gap.count else { return nil }
        let ink = ink(Look(role: glyph.role, overlay: glyph.overlay), theme)
        return ink.showsOnBlanks ? nil : ink
    }

    /// The second half of a wide glyph comes with the first.
    private func put(_ cell: Cell, _ x: Int, _ y: Int, _ ink: Ink) {
        guard !cell.isTail else { return }
        let columns: Int32 = cell.isWide ? 2 : 1
        var glyph: [wchar_t] = [wchar_t(bitPattern: cell.scalar.value)]
        if wcwidth(glyph[0]) != columns {
            // This C library knows the glyph otherwise: ncurses would misplace what follows.
            for step in 0..<columns {
                rg_put(Int32(y), Int32(x) + step, [wchar_t(UInt8(ascii: "?")), 0], ink.attributes, ink.pair)
            }
            return
        }
        for mark in cell.marks { glyph.append(wchar_t(bitPattern: mark.value)) }
        glyph.append(0)
        rg_put(Int32(y), Int32(x), glyph, ink.attributes, ink.pair)
    }

    private mutating func ink(_ look: Look, _ theme: Theme) -> Ink {
        if let known = inks[look] { return known }
        let style = theme.style(look.role, over: look.overlay, depth: depth)
        var attributes: UInt32 = 0
        if style.attributes.contains(.bold) { attributes |= rg_bold() }
        if style.attributes.contains(.dim) { attributes |= rg_dim() }
        if style.attributes.contains(.underline) { attributes |= rg_underline() }
        if style.attributes.contains(.reverse) { attributes |= rg_reverse() }
        let pair = depth == .mono ? 0 : pairs.pair(style.foreground, style.background)
        let shows =
            style.background != .terminal || !style.attributes.isDisjoint(with: [.underline, .reverse])
        let ink = Ink(attributes: attributes, pair: pair, showsOnBlanks: shows)
        inks[look] = ink
        return ink
    }
}
