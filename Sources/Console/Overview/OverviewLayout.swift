internal import Cells

/// Where the overview's parts stand; they drop out from the bottom as rows shrink, and it never scrolls.
struct OverviewLayout: Sendable {
    /// The numbers at the top.
    var numbers: Rect
    /// Rates, logins and delays as lines (narrow) or boxes (wide).
    var meters: Rect?
    /// The two histories.
    var history: Rect?
    /// Panes with rows.
    var panes: [(pane: OverviewState.Pane, rect: Rect)]
    var horizon: Rect?
    var agents: Rect?
    var transports: Rect?
    /// What pings tell, where they are sent.
    var liveness: Rect?
    /// Calls by outcome, where there were any.
    var calls: Rect?
    /// Phones that fell silent together, a line each.
    var outages: Rect?

    /// Boxes instead of lines.
    let isWide: Bool

    /// - Parameters:
    ///   - hasPings: there is something to say of pings, in a line of its own.
    ///   - hasCalls: there is something to say of calls, in a line of its own.
    ///   - outages: so many lines are wanted for phones that fell silent together.
    init(_ whole: Rect, hasPings: Bool = false, hasCalls: Bool = false, outages wanted: Int = 0) {
        let takesLine = hasPings && whole.width >= 70 && whole.height >= 20
        let above = whole.inset(bottom: takesLine ? 1 : 0)
        let takesCalls = hasCalls && above.height >= 8
        calls = takesCalls ? above.row(above.height - 1) : nil
        let body = above.inset(bottom: takesCalls ? 1 : 0)
        liveness = takesLine ? whole.row(whole.height - 1) : nil
        isWide = body.width >= 120 && body.height >= 24
        numbers = Rect(
            x: body.x,
            y: body.y,
            width: body.width,
            height: min(body.height, body.width < 70 ? 2 : 1)
        )
        var rest = body.inset(top: numbers.height)
        panes = []
        func take(_ height: Int) -> Rect? {
            guard rest.height >= height else { return nil }
            let rect = Rect(x: rest.x, y: rest.y, width: rest.width, height: height)
            rest = rest.inset(top: height)
            return rect
        }
        let alarms = min(wanted, body.height >= 30 ? 3 : 1)
        if alarms > 0, rest.height >= alarms + 3 { outages = take(alarms) }
        if isWide {
            meters = take(8)
            history = take(2)
        } else if body.height >= 12 {
            meters = take(3)
            history = body.height >= 18 ? take(2) : nil
        }
        guard body.width >= 70 else {
            if rest.height >= 2 { panes = [(.soonest, rest)] }
            if rest.height >= 8 {
                let half = rest.height / 2
                panes = [
                    (.soonest, rest.inset(bottom: rest.height - half)), (.failing, rest.inset(top: half)),
                ]
            }
            return
        }
        placeRows(rest)
    }

    /// Two columns: soonest and failing, horizon and sources, agents and events.
    private mutating func placeRows(_ rest: Rect) {
        let left = rest.width / 2
        func split(_ top: Int, _ height: Int) -> (Rect, Rect) {
            (
                Rect(x: rest.x, y: rest.y + top, width: left, height: height),
                Rect(x: rest.x + left + 1, y: rest.y + top, width: rest.width - left - 1, height: height)
            )
        }
        let height = rest.height
        if isWide, height >= 22 {
            let first = max(7, (height - 1) * 2 / 5), second = max(7, (height - 1 - first) / 2)
            let third = height - 1 - first - second
            let (a, b) = split(0, first), (c, d) = split(first, second), (e, f) = split(first + second, third)
            panes = [(.soonest, a), (.failing, b), (.sources, d), (.events, f)]
            horizon = c
            agents = e
            transports = Rect(x: rest.x, y: rest.maxY - 1, width: rest.width, height: 1)
        } else if height >= 13 {
            let first = (height - 1) * 2 / 5, second = (height - 1 - first) / 2 + 1
            let third = height - 1 - first - second
            let (a, b) = split(0, first), (c, d) = split(first, second), (e, f) = split(first + second, third)
            _ = f
            panes = [
                (.soonest, a), (.failing, b), (.sources, c),
                (.events, Rect(x: d.x, y: d.y, width: d.width, height: second + third)),
            ]
            agents = e
            transports = Rect(x: rest.x, y: rest.maxY - 1, width: rest.width, height: 1)
        } else if height >= 8 {
            let (a, b) = split(0, height / 2), (c, d) = split(height / 2, height - height / 2)
            panes = [(.soonest, a), (.failing, b), (.sources, c), (.events, d)]
        } else if height >= 2 {
            let (a, b) = split(0, height)
            panes = [(.soonest, a), (.failing, b)]
        }
    }

    /// The panes that the cursor goes through. Numbers that have no room on the screen can be asked for all the same: the
    /// line below says which.
    var focusable: [OverviewState.Pane] {
        var all = panes.map(\.pane)
        if horizon != nil { all.append(.horizon) }
        if agents != nil { all.append(.agents) }
        if transports != nil { all.append(.transports) }
        if calls != nil { all.append(.calls) }
        if outages != nil { all.append(.outages) }
        all.append(.head)
        if meters != nil { all.append(.meters) }
        return all
    }
}
