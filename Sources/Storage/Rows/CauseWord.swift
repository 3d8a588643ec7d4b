internal import BindingTable

/// The word of a cause in the file: the one of the control socket's protocol, which never changes.
enum CauseWord {
    /// How a cause is written.
    static func text(_ cause: Cause) -> String { cause.codingWord }

    private static let causes = Dictionary(
        Cause.allCases.map { (text($0), $0) },
        uniquingKeysWith: { first, _ in first }
    )

    /// The cause of a word; nil for one that no version of regtop wrote.
    static func cause(_ word: String) -> Cause? { causes[word] }
}
