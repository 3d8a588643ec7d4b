internal import BindingTable

/// The word of a cause in the file. Apart from the screen's words, for it must never change.
enum CauseWord {
    /// How a cause is written.
    static func text(_ cause: Cause) -> String {
        switch cause {
        case .registered: "registered"
        case .refreshed: "refreshed"
        case .moved: "moved"
        case .unregistered: "unregistered"
        case .expired: "expired"
        case .displaced: "displaced"
        case .expiredByOperator: "expired-by-operator"
        case .evictedByOperator: "evicted-by-operator"
        case .restored: "restored"
        case .rolledBack: "rolled-back"
        case .connectionLost: "connection-lost"
        case .silent: "silent"
        case .observed: "observed"
        }
    }

    private static let causes = Dictionary(
        Cause.allCases.map { (text($0), $0) },
        uniquingKeysWith: { first, _ in first }
    )

    /// The cause of a word; nil for one that no version of regtop wrote.
    static func cause(_ word: String) -> Cause? { causes[word] }
}
