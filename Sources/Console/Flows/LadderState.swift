internal import BindingTable
internal import Monitor

/// One attempt on the screen: its messages, and which of them has the cursor.
struct LadderState: Sendable {
    private(set) var detail: AttemptDetail?
    /// It is no longer kept: nothing of it is shown or done any more.
    private(set) var isMissing = false
    /// The message with the cursor; nil until the operator moves: the last request then.
    private var chosen: Int?
    /// The message fills the screen.
    private(set) var isRaw = false
    /// First line of the message shown.
    private(set) var rawTop = 0
    /// First line of the checks shown, where they have too little room.
    private(set) var whyTop = 0
    /// Lines that a page key scrolls the checks by, and how far.
    private static let (whyStep, whyEnd) = (2, 30)
    /// The message stands beside the ladder where there is room.
    var showsRawPane = true
    /// The checks are shown.
    var showsWhy = true
    /// Times since the message before instead of times of day.
    var showsGaps = false
    /// What is searched for in the messages, the lines in which it stands, and the one that was gone to.
    private(set) var search: LadderSearch?
    private(set) var hits: [LadderSearch.Hit] = []
    private(set) var hit: Int?

    mutating func take(_ new: AttemptDetail) {
        if new.row.id != detail?.row.id { forget() }
        let isNews = detail?.messages.count != new.messages.count
        detail = new
        isMissing = false
        if isNews { hits = search?.hits(in: new.messages) ?? [] }
    }

    /// Searches for another text; an empty one ends the search.
    mutating func search(for text: String) {
        search = LadderSearch(text)
        hits = search?.hits(in: detail?.messages ?? []) ?? []
        hit = nil
    }

    /// Goes on to the next line in which the text stands, or the one before; with 0 to the first from the message
    /// with the cursor on. nil if it stands nowhere.
    mutating func step(by step: Int) -> LadderSearch.Hit? {
        guard !hits.isEmpty else { return nil }
        let place: Int
        if step != 0, let hit {
            place = (hit + step + hits.count) % hits.count
        } else if step < 0 {
            place = hits.lastIndex { $0.message <= selected } ?? hits.count - 1
        } else {
            place = hits.firstIndex { $0.message >= selected } ?? 0
        }
        hit = place
        chosen = hits[place].message
        return hits[place]
    }

    /// `"Zoiper" 2 of 7`
    func hitText(_ search: LadderSearch) -> String {
        let count = hits.isEmpty ? "nowhere" : hit.map { "\($0 + 1) of \(hits.count)" } ?? "\(hits.count)"
        return "\"\(search.text)\" \(count)"
    }

    /// The message with the cursor fills the screen, from some line on.
    mutating func showWhole(from line: Int) {
        isRaw = true
        rawTop = line
    }

    /// Another attempt comes; how it is shown stays.
    mutating func forget() {
        detail = nil
        isMissing = false
        chosen = nil
        hits = []
        hit = nil
        isRaw = false
        rawTop = 0
        whyTop = 0
    }

    /// The attempt asked for is no longer kept.
    mutating func miss() {
        forget()
        isMissing = true
    }

    /// The message with the cursor.
    var selected: Int {
        guard let messages = detail?.messages, !messages.isEmpty else { return 0 }
        if let chosen { return min(chosen, messages.count - 1) }
        // Of a call what the caller was told last.
        if let told = messages.lastIndex(where: { $0.leg == 0 && $0.isOutgoing == true && $0.status >= 200 })
        {
            return told
        }
        return messages.lastIndex { $0.isRequest && !$0.isRetransmission } ?? messages.count - 1
    }

    /// The message with the cursor.
    var message: LadderMessage? {
        guard let messages = detail?.messages, !messages.isEmpty else { return nil }
        return messages[selected]
    }

    /// The request that the message with the cursor is, or answers.
    var request: LadderMessage? {
        detail?.messages.prefix(selected + 1).last { $0.isRequest }
    }

    /// The exchange that the message with the cursor belongs to.
    var exchange: (exchange: Exchange, isLast: Bool)? {
        guard let detail, !detail.exchanges.isEmpty else { return nil }
        let requests = detail.messages.prefix(selected + 1).reduce(0) { $0 + ($1.isRequest ? 1 : 0) }
        let index = min(max(0, requests - 1), detail.exchanges.count - 1)
        return (detail.exchanges[index], index == detail.exchanges.count - 1)
    }

    mutating func toggleRaw() {
        isRaw.toggle()
        rawTop = 0
    }

    /// Puts the cursor on a message.
    mutating func select(_ index: Int) {
        guard let messages = detail?.messages, messages.indices.contains(index) else { return }
        chosen = index
        rawTop = 0
        whyTop = 0
    }

    /// Moves among the messages, by pages through the checks, or through the message that fills the screen.
    mutating func move(_ id: ActionID, page: Int) {
        let count = detail?.messages.count ?? 0
        guard count > 0 else { return }
        let step =
            switch id {
            case .up: -1
            case .down: 1
            case .pageUp: -page
            case .pageDown: page
            case .halfUp: -max(1, page / 2)
            case .halfDown: max(1, page / 2)
            case .first: -100_000
            default: 100_000
            }
        if isRaw {
            let lines = (message?.bytes ?? []).reduce(1) { $0 + ($1 == 0x0a ? 1 : 0) }
            rawTop = max(0, min(lines - 1, rawTop + step))
        } else if showsWhy, [.pageUp, .pageDown, .halfUp, .halfDown].contains(id) {
            whyTop = max(0, min(Self.whyEnd, whyTop + step.signum() * Self.whyStep))
        } else {
            chosen = max(0, min(count - 1, selected + step))
            rawTop = 0
            whyTop = 0
        }
    }
}
