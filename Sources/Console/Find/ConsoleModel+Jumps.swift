internal import BindingTable
internal import Monitor
internal import SIPMessage

/// Where a jump came from, with the filters that it has replaced.
struct ReturnPoint: Sendable {
    var screens: [Screen]
    var lastView: Screen?
    var bindings: FilterState
    var attempts: FilterState
    var security: FilterState
    var failuresOnly: Bool
    var requestKind: RequestKind
    var attacksOnly: Bool
    var group: SecurityGroup

    /// Jumps that can be gone back one by one.
    static let most = 16
}

/// From an attempt to its bindings, from a binding to its source, from a source to its bindings: each by one key, and
/// back by Esc or `-`.
extension ConsoleModel {
    /// The attempts of what is under the cursor.
    mutating func jumpToAttempts() {
        guard let text = attemptsFilterForCursor else { return }
        jump(to: .attempts, filter: text)
    }

    /// The bindings of what is under the cursor.
    mutating func jumpToBindings() {
        guard let text = bindingsFilterForCursor else { return }
        jump(to: .bindings, filter: text)
    }

    /// The source of what is under the cursor, on Security.
    mutating func jumpToSource() {
        guard let source = sourceUnderCursor else { return }
        jump(to: .security, filter: "ip:\(source)")
    }

    /// Shows a view with a filter, and remembers where that was asked for.
    mutating func jump(to view: Screen, filter text: String) {
        let from = ReturnPoint(
            screens: screens,
            lastView: lastView,
            bindings: bindingsFilter,
            attempts: attemptsFilter,
            security: securityFilter,
            failuresOnly: failuresOnly,
            requestKind: requestKind,
            attacksOnly: security.attacksOnly,
            group: security.group
        )
        show(view)
        var state = currentFilter
        do throws(FilterError) {
            try state.set(text, for: view.filtered, named: preferences.filters)
        } catch {
            message = .error("\(text): \(error).")
            return
        }
        state.remember()
        setFilterState { $0 = state }
        returns.append(from)
        if returns.count > ReturnPoint.most { returns.removeFirst() }
        beginList(view)
    }

    /// The list is begun anew, with nothing left out but what the filter says.
    private mutating func beginList(_ view: Screen) {
        switch view {
        case .attempts:
            failuresOnly = false
            requestKind = .all
            attempts.reset()
            attempts.isFollowing = true
        case .security:
            security.attacksOnly = false
            security.group(by: .source)
        default:
            filterBeforeProblems = nil
            bindings.reset()
            marks.endRange()
        }
        link.wantsWindow = true
    }

    /// Goes back to where the last jump came from; false if there was none.
    mutating func goBackFromJump() -> Bool {
        guard let from = returns.popLast() else { return false }
        restoreFilters(of: from)
        (screens, lastView) = (from.screens, root)
        entered()
        return true
    }

    /// All lists have the filters again that they had before a jump.
    mutating func restoreFilters(of from: ReturnPoint) {
        let left = screen
        if bindingsFilter != from.bindings {
            bindingsFilter = from.bindings
            bindings.reset(keepingCursor: true)
        }
        if attemptsFilter != from.attempts || failuresOnly != from.failuresOnly
            || requestKind != from.requestKind
        {
            (attemptsFilter, failuresOnly) = (from.attempts, from.failuresOnly)
            requestKind = from.requestKind
            attempts.reset(keepingCursor: true)
        }
        if securityFilter != from.security || left == .security {
            securityFilter = from.security
            security.attacksOnly = from.attacksOnly
            security.group(by: from.group)
        }
    }

    // MARK: What is under the cursor

    /// The filter of Attempts that shows what is under the cursor: of an address of record also the calls it makes.
    var attemptsFilterForCursor: String? { cursorFilter(of: Self.requestsFilter) }

    /// The filter of Bindings that shows what is under the cursor: fields that both lists have.
    var bindingsFilterForCursor: String? {
        switch screen {
        case .bindings, .binding: nil
        default: cursorFilter(of: Self.aorFilter)
        }
    }

    private func cursorFilter(of aor: (String) -> String) -> String? {
        switch screen {
        case .overview: overview.filter(of: aor)
        case .bindings:
            bindings.cursorEntry.map { aor($0.row.aor) }
                ?? (bindingsFilter.text.isEmpty ? nil : bindingsFilter.text)
        case .binding: detail.detail.map { aor($0.row.aor) }
        case .attempts: attempts.cursorEntry.map { aor($0.row.aor) }
        case .attempt: ladder.detail.map { aor($0.row.aor) }
        case .security: security.filter(of: aor)
        case .history: followable.map(aor)
        default: nil
        }
    }

    /// Where what is under the cursor comes from.
    var sourceUnderCursor: IPAddress? {
        switch screen {
        case .overview: overview.source
        case .bindings: bindings.cursorEntry?.row.binding.facts.path.source.address
        case .binding: detail.detail?.row.binding.facts.path.source.address
        case .attempts: attempts.cursorEntry?.row.path.source.address
        case .attempt: ladder.detail?.row.path.source.address
        default: nil
        }
    }

    /// A filter for one address of record.
    static func aorFilter(_ aor: String) -> String { "aor=\(Filter.quoted(aor))" }

    /// A filter for all that an address of record asks for: what it registers, and calls to it and from it.
    static func requestsFilter(_ aor: String) -> String {
        "aor=\(Filter.quoted(aor)) or caller=\(Filter.quoted(aor))"
    }
}
