internal import Cells

/// The line above the prompt: what Tab goes through, the one that stands in the prompt made to be seen.
struct CandidateLine {
    let cycle: CompletionCycle

    init(_ cycle: CompletionCycle) { self.cycle = cycle }

    func draw(on grid: inout CellGrid, in rect: Rect) {
        guard !rect.isEmpty, cycle.candidates.count > 1 || cycle.candidates.first?.count != nil else {
            return
        }
        grid.fill(rect, role: .prompt)
        let ascii = grid.glyphs == .ascii
        var words: [(text: SafeText, role: Role)] = []
        for (index, candidate) in cycle.candidates.enumerated() {
            let name = SafeText(candidate.shown, ascii: ascii).fitted(to: max(8, rect.width / 3))
            let count = candidate.count.map { " x\(TimeText.count($0))" } ?? ""
            let role: Role = index == cycle.index ? .filterMatch : .promptGhost
            words.append((SafeText("\(name.string)\(count)", ascii: ascii), role))
        }
        // From the first on with which the chosen one is still on the line.
        var first = cycle.index
        var used = words[cycle.index].text.width + 2
        while first > 0, used + words[first - 1].text.width + 2 <= rect.width * 2 / 3 {
            first -= 1
            used += words[first].text.width + 2
        }
        var x = rect.x + 1
        if first > 0 { x += grid.put("< ", at: Point(x: x, y: rect.y), role: .promptGhost) }
        for (text, role) in words[first...] {
            guard x + text.width < rect.maxX - 2 else {
                grid.put(">", at: Point(x: min(x, rect.maxX - 1), y: rect.y), role: .promptGhost)
                break
            }
            x += grid.put(text, at: Point(x: x, y: rect.y), role: role) + 2
        }
    }
}
