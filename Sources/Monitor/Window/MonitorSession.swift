/// What the monitor remembers of one console: what it showed last, so that rows which end stay where they
/// were, dim, until the console asks for something else.
public struct MonitorSession: Sendable {
    /// The query that was answered last.
    var query: WindowQuery?
    /// The rows of the last answer, gone ones among them.
    var shown: [BindingRow] = []
    /// Position of the first of them.
    var rank = 0

    /// The list that the console has last looked at.
    struct List: Hashable, Sendable {
        var filter: Filter?
        var column: BindingColumn
    }
    var list: List?

    /// Ended rows are kept in place, dim, while the console asks for the same window.
    let keepsEndedRows: Bool

    /// A console that has seen nothing yet.
    ///
    /// - Parameter keepsEndedRows: false for a console that keeps them itself.
    public init(keepsEndedRows: Bool = true) { self.keepsEndedRows = keepsEndedRows }

    /// Forgets what was shown: ended rows are dropped by the next answer. For a console that moved its
    /// selection without asking for another window.
    public mutating func move() {
        query = nil
        shown = []
        rank = 0
    }
}
