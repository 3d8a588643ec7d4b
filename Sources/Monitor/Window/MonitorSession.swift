/// What the monitor remembers of one console: what it showed last, so that rows which end stay where they
/// were, dim, until the console asks for something else.
public struct MonitorSession: Sendable {
    /// The query that was answered last.
    var query: WindowQuery?
    /// The rows of the last answer, gone ones among them.
    var shown: [BindingRow] = []
    /// Position of the first of them.
    var rank = 0

    /// A console that has seen nothing yet.
    public init() {}

    /// Forgets what was shown: ended rows are dropped by the next answer. For a console that moved its
    /// selection without asking for another window.
    public mutating func move() {
        query = nil
        shown = []
    }
}
