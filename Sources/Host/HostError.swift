import Cells

/// A malfunction that ends the program or an act: one sentence, and the exit code that goes with it.
public struct HostError: Error, CustomStringConvertible, Sendable {
    /// What, where, what to do.
    public let description: String
    /// 1 error · 2 usage · 3 nothing matched · 4 refused · 69 no usable terminal · 75 no registrar to reach.
    public let exitCode: Int32

    /// Pairs sentence and exit code. What a stranger wrote may be in the sentence: it becomes one safe line.
    public init(_ description: String, exitCode: Int32) {
        self.description = SafeText(description).string
        self.exitCode = exitCode
    }
}
