internal import Monitor
internal import Timing

/// Filters with names: `:save late exp<0` keeps one, `/@late` uses it, `:forget late` forgets it.
extension ConsoleModel {
    /// Filters that are kept, at most.
    static let mostNamed = 100

    /// Keeps a filter, the present one or the one behind the name.
    mutating func saveFilter(_ argument: String, at now: ClockReading) -> [ConsoleEffect] {
        let name = String(argument.prefix { $0 != " " }).lowercased()
        let typed = String(argument.dropFirst(name.count)).trimmed
        let text = typed.isEmpty ? currentFilterText : typed
        if let problem = problem(of: name, text) {
            message = .error(problem)
            return []
        }
        do throws(FilterError) {
            var others = preferences.filters
            others[name] = text
            // Its own name may not stand in it, however far down.
            _ = try Filter("@\(name)", for: screen.filtered, named: others)
        } catch {
            message = .error("\(text): \(error.message).")
            return []
        }
        preferences.filters[name] = text
        message = .done("Kept: /@\(name) is \(text)", at: now.timestamp)
        return [.keep(preferences)]
    }

    private func problem(of name: String, _ text: String) -> String? {
        if name.contains("/") || name.contains(".") {
            return ":save keeps a filter under a name; :export \(name) writes a file."
        }
        if name.isEmpty { return "A name is needed: :save NAME, or :save NAME FILTER." }
        if !Filter.canBeNamed(name) {
            return "\(name) can't be a name: letters, digits, - and _, and none that is built in."
        }
        if text.isEmpty { return "No filter is on: / begins one, or :save \(name) FILTER." }
        let isFull = preferences.filters.count >= Self.mostNamed && preferences.filters[name] == nil
        return isFull ? "\(Self.mostNamed) filters are kept already: :forget NAME makes room." : nil
    }

    /// Forgets a filter that was kept.
    mutating func forgetFilter(_ argument: String, at now: ClockReading) -> [ConsoleEffect] {
        let name = (argument.hasPrefix("@") ? String(argument.dropFirst()) : argument).lowercased()
        guard preferences.filters.removeValue(forKey: name) != nil else {
            let known = preferences.filters.keys.sorted().map { "@\($0)" }.joined(separator: " ")
            let kept = known.isEmpty ? "None is kept." : "There are \(known)."
            message = .error("No filter of the name \"\(name)\" is kept. \(kept)")
            return []
        }
        message = .done("Forgotten: @\(name).", at: now.timestamp)
        return [.keep(preferences)]
    }
}
