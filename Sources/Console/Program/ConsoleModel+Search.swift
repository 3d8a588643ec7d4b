internal import Monitor
internal import Timing

/// A list of bindings as it was asked for.
struct SettledList: Hashable, Sendable {
    var order: BindingOrder
    var filter: FilterState
    var orderBeforeFollow: BindingOrder?
    var filterBeforeProblems: String?
    var isFollowing: Bool
}

/// A sort or a filter of many rows goes on in slices at the other end. Esc stops it: the list is the one before again,
/// and what was sorted so far is dropped there, as nobody asks for it any more.
extension ConsoleModel {
    /// All rows of what was asked for are there: Esc comes back here from now on.
    mutating func settle() {
        settled = SettledList(
            order: order,
            filter: bindingsFilter,
            orderBeforeFollow: orderBeforeFollow,
            filterBeforeProblems: filterBeforeProblems,
            isFollowing: bindings.isFollowing
        )
    }

    /// The list is still being sorted or searched, and there is another one to go back to.
    var canStopSearch: Bool {
        guard screen == .bindings, bindings.isLoaded, bindings.progress < 1, let settled else { return false }
        return settled.order != order || settled.filter.filter != bindingsFilter.filter
    }

    /// `sorting`, or `searching` where only the filter is new.
    var searchWord: String {
        guard let settled, settled.order.column == order.column else { return "sorting" }
        return settled.filter.filter == bindingsFilter.filter ? "sorting" : "searching"
    }

    /// Goes back to the list before; false if there is nothing to stop.
    mutating func stopSearch(at now: ClockReading) -> Bool {
        guard canStopSearch, let settled else { return false }
        let share = Int(bindings.progress * 100)
        let word = searchWord
        order = settled.order
        let typed = bindingsFilter.history
        bindingsFilter = settled.filter
        bindingsFilter.history = typed
        bindings.reset(keepingCursor: true)
        orderBeforeFollow = settled.orderBeforeFollow
        filterBeforeProblems = settled.filterBeforeProblems
        bindings.isFollowing = settled.isFollowing
        marks.endRange()
        link.wantsWindow = true
        message = .info("Stopped \(word) at \(share) %: the list is as it was before.", at: now.timestamp)
        return true
    }
}
