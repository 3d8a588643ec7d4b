import BindingTable
import Synchronization
public import Timing

/// Holds the policy that is in force; loops, reload and operator share it.
///
/// A policy is an immutable snapshot: whoever changes it puts a new one in its place, and a loop takes it
/// with its next message. Asking whether there is a newer one costs one atomic load.
public final class PolicyBox: Sendable {
    private let policy: Mutex<Policy>
    private let generation = Atomic<UInt64>(1)

    /// A box with the policy to begin with.
    public init(_ policy: Policy) {
        self.policy = Mutex(policy)
    }

    /// Counts the changes: greater than 0, and greater after every change.
    public var version: UInt64 { generation.load(ordering: .acquiring) }

    /// The policy in force.
    public var current: Policy { policy.withLock { $0 } }

    /// Changes the policy in one step.
    @discardableResult
    public func update<Result: Sendable>(_ change: (inout Policy) -> Result) -> Result {
        policy.withLock {
            let result = change(&$0)
            generation.wrappingAdd(1, ordering: .releasing)
            return result
        }
    }

    /// Puts the policy of newly read settings in force; what operators have set stays: blocks and drain.
    public func reload(_ settings: Policy) {
        update {
            let (blocks, drain) = ($0.blocks, $0.drain)
            $0 = settings
            ($0.blocks, $0.drain) = (blocks, drain)
        }
    }

    /// Drops blocks whose end has passed; true if there were any.
    @discardableResult
    public func pruneBlocks(at now: Timestamp) -> Bool {
        guard !current.blocks.isEmpty else { return false }
        return update { !$0.blocks.prune(at: now).isEmpty }
    }

    /// Drops a drain whose end has passed; true if there was one.
    @discardableResult
    public func pruneDrain(at now: Timestamp) -> Bool {
        guard let drain = current.drain, !drain.isInForce(at: now) else { return false }
        return update { policy in
            guard policy.drain == drain else { return false }
            policy.drain = nil
            return true
        }
    }
}
