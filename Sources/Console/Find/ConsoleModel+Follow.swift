internal import BindingTable
internal import Monitor
internal import Timing

/// Following one address of record: Bindings, Attempts, History, Log and Audit show only what is of it, whatever else
/// their filters say, until it is released.
extension ConsoleModel {
    /// The address of record under the cursor, for it to be followed.
    var followable: String? {
        switch screen {
        case .overview: overview.addressOfRecord
        case .security:
            if case .user(let aor) = security.list.cursorRow?.key, !aor.isEmpty { aor } else { nil }
        case .devices: nil
        case .history(let aor): (aor ?? historyEntry?.binding.aor).map { BindingColumns.text($0) }
        default: historySubject.map { BindingColumns.text($0) }
        }
    }

    /// Follows what is under the cursor, or nobody any more.
    mutating func toggleFollowed(at now: ClockReading) {
        guard followed == nil else {
            follow(nil)
            message = .info("The lists show everybody again.", at: now.timestamp)
            return
        }
        guard let aor = followable, !aor.isEmpty else { return }
        follow(aor)
        let key = keys.key(.followAOR)
        message = .info(
            "Bindings, Attempts, History, Log and Audit show only \(aor): \(key) again shows everybody.",
            at: now.timestamp
        )
    }

    /// Narrows all lists to an address of record, or to none.
    mutating func follow(_ aor: String?) {
        guard aor != followed else { return }
        followed = aor
        bindings.reset(keepingCursor: true)
        attempts.reset(keepingCursor: true)
        log.reset()
        audit.reset()
        history.begin()
        marks.endRange()
        link.wantsWindow = true
    }

    /// A list's filter, narrowed to the address of record that is followed.
    func effective(_ state: FilterState, for subject: Filter.Subject) -> Filter? {
        guard let followed else { return state.filter }
        let quoted = Filter.quoted(followed, always: true)
        let text =
            switch subject {
            case .log: "text:\(quoted)"
            case .audit: "object:\(quoted)"
            case .attempts: "aor=\(quoted) or caller=\(quoted)"
            default: "aor=\(quoted)"
            }
        let pin = try? Filter(text, for: subject)
        guard let own = state.filter, let pin else { return pin ?? state.filter }
        // Both together may be too long: then nothing passes rather than too much.
        return (try? own.and(pin)) ?? (try? pin.and(Filter("!(\(text))", for: subject))) ?? pin
    }
}
