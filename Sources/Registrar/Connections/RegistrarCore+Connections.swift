import BindingTable
public import SIPMessage
public import Timing

extension RegistrarCore {
    /// A peer has connected, after the handshakes of its transport.
    ///
    /// - Parameter names: the identities of its verified certificate (RFC 5922 §7.1), the first of which a
    ///   binding shows; empty without one.
    public mutating func connectionOpened(_ connection: ConnectionID, names: [[UInt8]] = []) {
        state.connections.open(connection)
        if !names.isEmpty { peers[connection] = names }
    }

    /// A connection has ended: what leans on it can be reached no more (RFC 5626 §5.3), and the domain's rule says
    /// whether it stays, stays for a while, or goes.
    public mutating func connectionClosed(_ connection: ConnectionID, at now: Timestamp) {
        endRequests(on: connection, at: now)
        peers[connection] = nil
        for id in state.connections.close(connection) {
            state.table.withPartition(at: id.partition) { partition in
                // One that has come again over another connection is none of our business.
                guard let facts = partition.facts(id), facts.path.connection == connection else {
                    return
                }
                let change: BindingChange =
                    switch loss(of: id, in: partition) {
                    case .keep: .observe(id, .connectionGone(until: nil))
                    case .shorten(let seconds):
                        .observe(id, .connectionGone(until: now + .seconds(Int(seconds))))
                    case .remove: .remove(id, .connectionLost)
                    }
                state.apply(change, in: &partition, at: now)
            }
        }
    }

    /// The rule of the domain of a binding's address of record. One that is reached by its Path needs no connection
    /// of its own (RFC 3327 §5.3): it stays, whatever became of the proxy's.
    private func loss(of id: BindingID, in partition: borrowing Partition) -> ConnectionLoss {
        if partition.withText(id, .path, { !$0.isEmpty }) ?? false { return .keep }
        let index = partition.withText(id, .aor) { aor -> Int? in
            var start = aor.count
            while start > 0, aor[start - 1] != 0x40 { start -= 1 }
            return policy.domainIndex(aor.extracting(start..<aor.count))
        }
        guard let index = index ?? nil else { return .keep }
        return policy.domains[index].connectionLoss
    }

    /// Notes which bindings lean on the request's connection since the decision, and did not before.
    mutating func lean(_ step: BindingStep) {
        let path = step.context.path
        guard path.transport.isReliable else { return }
        for id in bench.added { state.connections.note(id, on: path.connection, in: state.table) }
        for draft in bench.decision.drafts where draft.fate == .updated {
            guard let before = draft.before else { continue }
            let leans =
                before.path.connection == path.connection && before.reachability.connection == .live
            if leans { continue }
            state.connections.note(before.id, on: path.connection, in: state.table)
        }
    }
}
