import BindingTable
import SIPMessage
import SIPTransaction
import Timing

extension RegistrarCore {
    /// Pings that are sent in one step.
    static let pingsPerStep = 256
    /// How long a ping waits for which there is no room.
    static let pingPause = Interval.seconds(1)

    /// Takes note of the bindings that a REGISTER has just made or refreshed, where the domain wants pings.
    mutating func notePinged(_ aor: Span<UInt8>, _ step: BindingStep) {
        let rules = policy.domains[step.question.request.domain].ping
        guard isPinged(aor, step.question.userCount, rules) else { return }
        let interval = Interval.seconds(Int(rules.interval))
        for id in bench.added { liveness.note(id, over: step.context.path, every: interval) }
        for change in bench.decision.changes {
            guard case .update(let id, _, _, _) = change else { continue }
            liveness.note(id, over: step.context.path, every: interval)
        }
    }

    private func isPinged(_ aor: Span<UInt8>, _ userCount: Int, _ rules: PingPolicy) -> Bool {
        guard rules.interval > 0 else { return false }
        return rules.users.isEmpty || rules.users.contains(aor.extracting(0..<userCount).copied)
    }

    /// Sends the pings that are due, a bounded number.
    mutating func ping(at now: Timestamp, _ requests: inout OutgoingRequests) {
        var acts = Self.pingsPerStep
        var budget = acts * 4
        while acts > 0, let slot = liveness.popDue(at: now, budget: &budget) {
            acts -= 1
            ping(slot, now, &requests)
        }
    }

    private mutating func ping(_ slot: UInt32, _ now: Timestamp, _ requests: inout OutgoingRequests) {
        guard let entry = liveness[slot], !entry.isWaiting else { return }
        let binding = state.table.withPartition(at: entry.id.partition) { $0.binding(entry.id) }
        guard let binding, let rules = rules(for: binding, over: entry.flow, now) else {
            return liveness.remove(slot)
        }
        guard liveness.waiting < Liveness.maximumWaiting else {
            return liveness.schedule(slot, after: Self.pingPause, from: now)
        }
        let branch = nextBranch()
        writePing(binding, branch)
        let isSent = begin(
            .options,
            branch,
            over: binding.facts.path,
            token: liveness.token(of: slot),
            timeout: .seconds(Int(rules.timeout)),
            now: now,
            &requests
        )
        guard isSent else { return liveness.schedule(slot, after: Self.pingPause, from: now) }
        liveness.begin(slot, version: binding.facts.version)
    }

    /// The rules that a binding is pinged by; nil if it is not to be pinged, or not by this loop.
    private func rules(for binding: Binding, over flow: FlowHash, _ now: Timestamp) -> PingPolicy? {
        let facts = binding.facts
        guard now < facts.expiresAt, FlowHash(facts.path) == flow, facts.reachability.connection != .gone,
            isReachable(binding)
        else { return nil }
        let aor = binding.texts.aor
        guard let domain = policy.domainIndex(Self.host(of: aor).span) else { return nil }
        let rules = policy.domains[domain].ping
        return isPinged(aor.span, aor.lastIndex(of: 0x40) ?? 0, rules) ? rules : nil
    }

    /// A SIP contact; a host of `.invalid` is behind its connection and nowhere else (RFC 7118 §5.1.2).
    private func isReachable(_ binding: Binding) -> Bool {
        let contact = binding.texts.contact
        let range = ByteRange(start: 0, count: UInt16(clamping: contact.count))
        guard let uri = try? SIPURI(contact.span, in: range), uri.isSIP else { return false }
        let host = contact[uri.host.range.bounds].map { lowercased($0) }
        let ending = Array(".invalid".utf8)
        guard host.suffix(ending.count).elementsEqual(ending) else { return true }
        return binding.facts.path.transport.isReliable
    }

    /// OPTIONS to the contact, on the binding's own flow (RFC 3261 §11.1); along its Path if it has one
    /// (RFC 3327 §5.5).
    private mutating func writePing(_ binding: Binding, _ branch: Branch) {
        let path = binding.facts.path
        let aor = binding.texts.aor
        encoder.removeAll()
        encoder.beginRequest(.options, uri: withoutHeaders(binding.texts.contact).span)
        encoder.ownVia(branch, over: path)
        encoder.header(.maxForwards, "70")
        if !binding.texts.path.isEmpty {
            encoder.beginHeader(.route)
            encoder.bytes.append(contentsOf: binding.texts.path)
            encoder.endLine()
        }
        encoder.beginHeader(.from)
        encoder.bytes.append("<sip:")
        encoder.bytes.append(contentsOf: Self.host(of: aor))
        encoder.bytes.append(">;tag=")
        encoder.bytes.appendHexadecimal(spread(branch.rawValue), digits: 16)
        encoder.endLine()
        encoder.beginHeader(.to)
        encoder.bytes.append("<sip:")
        encoder.bytes.appendAddressOfRecord(aor)
        encoder.bytes.append(">")
        encoder.endLine()
        encoder.beginHeader(.callID)
        encoder.bytes.appendHexadecimal(spread(~branch.rawValue), digits: 16)
        encoder.bytes.append(0x40)
        encoder.bytes.append(contentsOf: Self.host(of: aor).filter { $0 != 0x5b && $0 != 0x5d })
        encoder.endLine()
        encoder.cseq(1, .options)
        encoder.ownContact(over: path)
        encoder.header(.accept, "application/sdp")
        if !policy.server.isEmpty {
            let server = policy.server
            encoder.beginHeader(.userAgent)
            encoder.bytes.append(server.span)
            encoder.endLine()
        }
        encoder.finish()
    }

    /// What a ping came to. A binding that has registered over another flow meanwhile is left alone.
    mutating func takePingEnd(_ event: ClientEvent, _ token: UInt64, at now: Timestamp) {
        guard let slot = liveness.slot(of: token), let entry = liveness[slot] else { return }
        let binding = state.table.withPartition(at: entry.id.partition) { $0.binding(entry.id) }
        guard let binding, let rules = rules(for: binding, over: entry.flow, now) else {
            return liveness.remove(slot)
        }
        guard entry.askedFlow == entry.flow else {
            // What became of the way that the phone has left says nothing of the one it came by since.
            return liveness.schedule(slot, after: .seconds(Int(rules.interval)), from: now)
        }
        if case .connectionLost = event { return liveness.remove(slot) }
        var observation = Observation.silent
        if case .answered(_, let status, let after) = event, rules.codes == .any || status.isSuccess {
            observation = .answered(roundTrip: UInt32(clamping: after.nanoseconds / 1_000))
        }
        if observe(entry, observation, rules, at: now) {
            liveness.schedule(slot, after: .seconds(Int(rules.interval)), from: now)
        } else {
            liveness.remove(slot)
        }
    }

    /// Writes down what was seen; false if the binding is gone, perhaps by that.
    ///
    /// It goes by its silence only if it is what it was when it was asked: a REGISTER meanwhile says that the
    /// phone is there, whatever it thinks of OPTIONS.
    private func observe(
        _ entry: PingedBinding,
        _ observation: Observation,
        _ rules: PingPolicy,
        at now: Timestamp,
    ) -> Bool {
        let noTexts: [UInt8] = []
        let limit = rules.removeAfter == 0 ? nil : UInt8(clamping: rules.removeAfter)
        return state.table.withPartition(at: entry.id.partition) { partition in
            // Told to no store: it is known anew after a few seconds.
            let changes = [BindingChange.observe(entry.id, observation)]
            partition.apply(changes, aor: noTexts.span, texts: noTexts.span, at: now)
            guard observation == .silent, let limit, let binding = partition.binding(entry.id),
                binding.facts.version == entry.version, FlowHash(binding.facts.path) == entry.flow,
                binding.facts.reachability.silentPings >= limit
            else { return true }
            state.apply(.remove(entry.id, .silent), in: &partition, at: now)
            return false
        }
    }
}
