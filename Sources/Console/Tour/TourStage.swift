/// The phones that the tour is about, by their addresses of record. A console has one where such phones are known to
/// play: on the demo's population.
public struct TourStage: Hashable, Sendable {
    /// Its logins fail for a wrong password.
    public var lost: String
    /// It has left ghosts behind.
    public var haunted: String
    /// It is well, and may be evicted for a moment.
    public var good: String

    /// Puts the parts together.
    public init(lost: String, haunted: String, good: String) {
        self.lost = lost
        self.haunted = haunted
        self.good = good
    }
}
