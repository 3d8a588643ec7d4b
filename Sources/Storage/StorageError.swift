/// What is wrong with the store, in one sentence: what, where, what to do.
public struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The sentence.
    public let description: String

    /// An error with this sentence.
    public init(_ description: String) { self.description = description }
}
