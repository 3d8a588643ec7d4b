internal import BindingTable
internal import ConsoleLink
internal import Monitor

/// One binding on the screen, with a cursor in its last attempts.
struct DetailState: Sendable {
    private(set) var detail: BindingDetail?
    /// It is no longer kept: nothing of it is shown or done any more.
    private(set) var isMissing = false
    /// Whose binding it is; nil if nobody knows.
    private(set) var aor: [UInt8]?
    private var selected = 0
    /// It has been put back: as another binding, which the page is to show instead.
    var returning: BindingID?
    /// What a call to its address of record would do, as the registrar has answered; nil: it has not yet, or can't.
    private(set) var call: RouteAnswer?
    /// That is to be asked for again.
    var wantsCall = false
    /// Number of that question, while it is out.
    var callAsked: UInt64?
    /// First line shown of the block about the way to the phone.
    private(set) var reachTop = 0

    /// A page that is about to be asked for; `aor`: whose it will be, if that is known.
    init(aor: [UInt8]? = nil) { self.aor = aor }

    mutating func take(_ new: BindingDetail) {
        if new.row.key != detail?.row.key { (selected, reachTop) = (0, 0) }
        if new.row.binding.texts.aor != call?.aor { call = nil }
        detail = new
        aor = new.row.binding.texts.aor
        isMissing = false
    }

    /// Takes what a call would do; what has been asked for another page is of no use any more.
    mutating func take(_ answer: RouteAnswer, serial: UInt64) {
        guard callAsked == serial else { return }
        callAsked = nil
        guard answer.problem == nil, answer.aor == aor else { return }
        call = answer
    }

    /// The binding asked for is no longer kept.
    mutating func miss() {
        detail = nil
        isMissing = true
    }

    /// The binding that has come back in the place of the one that is shown; nil if that is not known, or not awaited.
    mutating func takeReturned() -> BindingID? {
        guard let id = returning, let detail, detail.row.key == id else { return nil }
        let successor = detail.siblings.first { $0.isSuccessor(of: detail.row) }?.key
        if successor != nil || !detail.row.isGone { returning = nil }
        return successor
    }

    /// Which of the attempts has the cursor.
    var selectedAttempt: Int { min(selected, max(0, (detail?.attempts.count ?? 0) - 1)) }
    /// The attempt with the cursor.
    var attempt: AttemptRow? {
        guard let attempts = detail?.attempts, !attempts.isEmpty else { return nil }
        return attempts[selectedAttempt]
    }

    mutating func move(by step: Int) {
        selected = max(0, min((detail?.attempts.count ?? 0) - 1, selectedAttempt + step))
    }

    /// Puts the cursor on an attempt.
    mutating func select(_ index: Int) { selected = max(0, index) }

    /// Scrolls the block about the way to the phone.
    mutating func scroll(_ block: ReachBlock?, down: Bool) {
        guard let block else { return }
        let top = min(reachTop, block.maximumTop)
        reachTop = max(0, min(block.maximumTop, top + (down ? block.page : -block.page)))
    }

    /// The next binding of the same address of record, going round; nil if there is no other.
    func sibling(by step: Int) -> BindingID? {
        guard let detail, !detail.siblings.isEmpty else { return nil }
        var all = detail.siblings.map(\.key)
        let position = max(0, min(detail.position - 1, all.count))
        all.insert(detail.row.key, at: position)
        return all[(position + step + all.count) % all.count]
    }
}
