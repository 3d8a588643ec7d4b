internal import BindingTable
internal import Monitor
internal import Timing

extension ConsoleModel {
    /// Why an action can't be done here and now, as a sentence (empty: there is nothing to say); nil if it
    /// can. The key bar shows what has no obstacle.
    func obstacle(to id: ActionID, at now: ClockReading) -> String? {
        if let obstacle = obstacleToOperate(id, at: now) { return obstacle }
        let needsPage: Set<ActionID> = [
            .open, .detail, .raw, .why, .times, .attemptsOf, .bindingsOf, .sourceOf, .copy, .block, .evict,
            .evictGhosts, .expire,
        ]
        if let obstacleOfMissing, needsPage.contains(id) { return obstacleOfMissing }
        switch id {
        case .open, .detail: return canOpen ? obstacleOfLeft : "There is no row to open."
        case .overview: return screens == [.overview] ? "" : nil
        case .bindings: return screens == [.bindings] ? "" : nil
        case .attempts: return screens == [.attempts] ? "" : nil
        case .security: return screens == [.security] ? "" : nil
        case .devices: return screens == [.devices] ? "" : nil
        case .log: return screens == [.log] ? "" : nil
        case .blocks: return screens == [.blocks] ? "" : nil
        case .lastView: return lastView == nil && returns.isEmpty ? "There was no view before this one." : nil
        case .clearFilter: return obstacleToClear
        case .search: return ladder.detail == nil ? "There is no message." : nil
        case .nextHit, .previousHit:
            if ladder.search == nil { return "Nothing is searched for: / begins." }
            return ladder.hits.isEmpty ? "It stands in none of these messages." : nil
        case .evict, .expire: return obstacleToAct
        case .evictGhosts: return obstacleToEvictGhosts
        case .block:
            if screen == .bindings, !marks.isEmpty { return nil }
            return blockSubjects.isEmpty
                ? "There is no address of record or source under the cursor." : nil
        case .unblock:
            guard let entry = blocks.cursorEntry else { return "There is no block to lift." }
            let isOver = entry.departure != nil || entry.row.isOver(at: now.timestamp)
            return isOver ? "This block has ended already." : nil
        case .mark, .range:
            return bindings.cursorRow.map { !$0.isGone } ?? false ? nil : "There is no row to mark."
        case .markAll: return bindings.entries.isEmpty ? "There is no row to mark." : nil
        case .unmark: return marks.isEmpty ? "Nothing is marked." : nil
        case .attemptsOf:
            return attemptsFilterForCursor == nil ? "There is no row to look for." : nil
        case .bindingsOf:
            return bindingsFilterForCursor == nil ? "There is no row to look for." : nil
        case .sourceOf: return sourceUnderCursor == nil ? "There is no source under the cursor." : nil
        case .followAOR: return obstacleToFollow
        case .previous, .next: return canStep(by: id == .next ? 1 : -1) ? nil : "There is no other one."
        case .history: return historySubject == nil ? "There is no address of record under the cursor." : nil
        case .copy:
            return copySubject(at: now).items.isEmpty ? "There is nothing under the cursor to copy." : nil
        case .preview:
            return Self.previewFits(in: size) ? nil : "The preview needs a terminal of 120x30."
        case .rawPane:
            return LadderLayout.rawFits(in: size)
                ? nil : "The raw pane needs 120 columns: \(keys.key(.raw)) shows the message."
        case .raw: return ladder.detail == nil ? "There is no message." : nil
        case .times:
            return ladder.detail == nil || ladder.isRaw
                ? "The ladder shows times: \(keys.key(.raw)) goes back to it." : nil
        case .why:
            return ladder.detail == nil || ladder.isRaw
                ? "The ladder shows why: \(keys.key(.raw)) goes back to it." : nil
        case .theme: return settings.themes.count < 2 ? "There is no other theme." : nil
        default: return nil
        }
    }

    private var obstacleToFollow: String? {
        guard followed == nil else { return nil }
        if let obstacleOfMissing { return obstacleOfMissing }
        return followable == nil ? "There is no address of record under the cursor." : nil
    }

    private var obstacleToClear: String? {
        if screen.isLadder { return ladder.search == nil ? "Nothing is searched for." : nil }
        return currentFilterText.isEmpty && followed == nil ? "No filter is on." : nil
    }

    /// Why this console can't do it just now, whatever is under the cursor: it may only look, shows the past, or has
    /// lost its registrar.
    func obstacleToOperate(_ id: ActionID, at now: ClockReading) -> String? {
        guard let action = keys.row(id) else { return nil }
        if let because = readOnlyBecause, action.needsOperate {
            return "This console can only look: \(because). Views and filters work."
        }
        if let obstacle = obstacleOfReplay(to: action, at: now) { return obstacle }
        return action.needsOperate ? obstacleOfLoss : nil
    }

    private var canOpen: Bool {
        switch screen {
        case .overview: overview.canOpen
        case .bindings: bindings.cursorEntry != nil
        case .binding: detail.attempt != nil
        case .attempts: attempts.cursorEntry != nil
        case .attempt: ladder.detail.map { !$0.messages.isEmpty } ?? false
        case .security: attemptsFilterForCursor != nil
        case .devices: devices.lead != nil
        case .log: log.cursorEntry != nil
        case .audit: audit.cursorEntry != nil
        case .blocks: blocks.cursorEntry != nil
        case .history: historyEntry != nil
        }
    }

    private func canStep(by step: Int) -> Bool {
        switch screen {
        case .binding:
            (detail.detail?.siblings.isEmpty == false)
                || (bindings.matched > 0 && (1...bindings.matched).contains(bindings.cursorRank + step))
        case .attempt: attempts.entries.indices.contains(attempts.cursorIndex + step)
        default: false
        }
    }

    private var obstacleToAct: String? {
        if screen == .bindings, !marks.isEmpty { return nil }
        if let obstacleOfLeft { return obstacleOfLeft }
        guard let row = actRow else { return "There is no binding under the cursor." }
        return row.isGone
            ? "This binding is gone already: \(keys.key(.block)) refuses whoever it was for." : nil
    }

    private var obstacleToEvictGhosts: String? {
        if screen == .bindings, !marks.isEmpty {
            return marks.all == nil && marks.ghosts.isEmpty ? "None of the marked rows is a ghost." : nil
        }
        if let obstacleOfLeft { return obstacleOfLeft }
        guard let row = actRow else { return "There is no binding under the cursor." }
        let hasGhosts = screen == .bindings ? row.hasGhosts : detail.detail?.ghosts.isEmpty == false
        return hasGhosts
            ? nil
            : "None of its bindings is a ghost for sure: mark those to go (\(keys.key(.mark))), then \(keys.key(.evict))."
    }

    /// The page that is open is of something that is no longer kept.
    private var obstacleOfMissing: String? {
        switch screen {
        case .binding where detail.isMissing: "This binding is no longer kept."
        case .attempt where ladder.isMissing: "This attempt is no longer kept."
        default: nil
        }
    }

    /// A row that the list does not hold any more is only there to be seen; nil for any other.
    private var obstacleOfLeft: String? {
        let departure =
            switch screen {
            case .bindings: bindings.cursorEntry?.departure
            case .attempts: attempts.cursorEntry?.departure
            default: RowDeparture?.none
            }
        return departure == .left
            ? "This row has left the list: \(keys.key(.block)) refuses whoever it was for, \(keys.key(.attemptsOf)) looks for it."
            : nil
    }

    /// The one binding that an act is for, when none are marked.
    var actRow: BindingRow? {
        switch screen {
        case .bindings:
            bindings.cursorEntry.map { entry in
                var row = entry.row
                if entry.departure == .gone { row.state = .gone }
                return row
            }
        case .binding: detail.detail?.row
        default: nil
        }
    }

    /// The act that the bar offers to undo.
    func offered(at now: ClockReading) -> DoneAct? {
        guard let last = acts.last else { return nil }
        return (.zero...DoneAct.barTime).contains(now.timestamp - last.at) ? last : nil
    }

    /// The keys that lead to the audit trail: `5, Tab`.
    var wayToAudit: String { "\(keys.key(.log)), \(keys.key(.nextPane))" }
}
