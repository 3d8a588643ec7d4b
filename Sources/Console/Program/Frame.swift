internal import Cells
internal import Monitor

/// Where the parts stand that every screen has.
struct Frame: Hashable, Sendable {
    /// The top line: where am I, in what state, as whom.
    var title: Rect
    /// The line for what everybody must know, under the title; nil while there is nothing of the kind.
    var alert: Rect?
    /// What the screen fills.
    var body: Rect
    /// What the tour says, above the message; empty without one.
    var tour: Rect
    /// The line for messages, prompts and the undo.
    var message: Rect
    /// The key bar; empty when it is hidden.
    var keys: Rect

    init(size: Size, showsKeyBar: Bool, showsAlert: Bool = false, tourHeight: Int = 0) {
        let all = Rect(size)
        let bottom = showsKeyBar ? 2 : 1
        title = all.row(0)
        let top = showsAlert ? 2 : 1
        alert = showsAlert ? all.row(1) : nil
        let height = size.height - top - bottom - tourHeight
        body = Rect(x: 0, y: top, width: size.width, height: height)
        tour = Rect(x: 0, y: top + height, width: size.width, height: tourHeight)
        message = all.row(size.height - bottom)
        keys =
            showsKeyBar ? all.row(size.height - 1) : Rect(x: 0, y: size.height, width: size.width, height: 0)
    }
}

/// Where the parts of a list stand: the line about filter and order, the table, and the preview.
struct ListLayout: Hashable, Sendable {
    var info: Rect?
    var table: Rect
    var preview: Rect?

    init(_ body: Rect, previewHeight: Int = 0) {
        let head = body.height >= 10 ? 1 : 0
        info = head == 1 ? body.row(0) : nil
        let below = body.inset(top: head)
        let foot = previewHeight > 0 && below.height - previewHeight >= 8 ? previewHeight : 0
        table = below.inset(bottom: foot)
        preview =
            foot > 0 ? Rect(x: below.x, y: below.maxY - foot, width: below.width, height: foot) : nil
    }

    /// Rows of the list that are shown.
    var rows: Int { Table.rowCapacity(height: table.height) }
}

extension ConsoleModel {
    var frame: Frame {
        Frame(
            size: size,
            showsKeyBar: showsKeyBar,
            showsAlert: storeTrouble != nil,
            tourHeight: tourHeight
        )
    }

    /// A preview has room to say something.
    static func previewFits(in size: Size) -> Bool { size.width >= 120 && size.height >= 30 }

    var bindingsLayout: ListLayout {
        let hasPreview = showsPreview && Self.previewFits(in: size)
        return ListLayout(frame.body, previewHeight: hasPreview ? min(14, max(11, size.height / 4 + 2)) : 0)
    }

    /// Under the list there is room for what the row with the cursor looks like.
    var securityLayout: ListLayout {
        let height = frame.body.height
        return ListLayout(frame.body, previewHeight: height >= 16 ? max(10, height * 2 / 5) : 0)
    }

    /// Under the list there is room for what is wrong with the devices of the row with the cursor.
    var devicesLayout: ListLayout {
        let height = frame.body.height
        return ListLayout(frame.body, previewHeight: height >= 16 ? max(7, height / 2 - 1) : 0)
    }

    var overviewLayout: OverviewLayout {
        OverviewLayout(
            frame.body,
            hasPings: overview.numbers.liveness.hasPings,
            hasCalls: !overview.numbers.calls.isEmpty && firstSteps == nil,
            outages: overview.numbers.outages.count
        )
    }

    /// Rows of the screen's list that are shown.
    var listHeight: Int { listHeight(of: screen) }

    func listHeight(of screen: Screen) -> Int {
        switch screen {
        case .bindings: bindingsLayout.rows
        case .security: securityLayout.rows
        case .devices: devicesLayout.rows
        default: ListLayout(frame.body).rows
        }
    }
}
