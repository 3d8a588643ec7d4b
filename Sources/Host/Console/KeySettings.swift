import Console

/// The `keys` section of the settings: which keys do what, where the table of actions is not to an operator's
/// taste.
public struct KeySettings: Equatable, Sendable {
    /// The lines of the section.
    private(set) var remappings: [KeyRemapping] = []

    /// Every action has the keys of the table.
    public init() {}

    /// The keys of all actions; those of the table where a line can't be, as ``problems`` then tells.
    var map: KeyMap { KeyMap.map(remappings).map }

    /// Each line in a word: `evict=W+ctrl-x`.
    var words: [String] { remappings.map { "\($0.action)=\($0.keys.joined(separator: "+"))" } }

    /// What is wrong with the section.
    public var problems: [Problem] {
        KeyMap.map(remappings).problems.map {
            Problem(index: $0.index, key: $0.key, sentence: $0.description)
        }
    }

    /// A line that can't be.
    public struct Problem: Sendable {
        /// The position among the lines.
        public let index: Int
        /// The position among its keys; nil: the whole line.
        public let key: Int?
        /// What is wrong, and what to do.
        public let sentence: String
    }

    /// Adds a line: the keys of an action, and where that is written.
    public mutating func add(_ action: String, _ keys: [String], line: Int) {
        remappings.append(KeyRemapping(action: action, keys: keys, line: line))
    }
}
