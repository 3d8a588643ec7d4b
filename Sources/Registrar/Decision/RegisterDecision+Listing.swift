import BindingTable
import SIPMessage
import Timing

extension RegisterDecision {
    /// How many bindings the address of record has after the decision.
    var listed: Int {
        var count = 0
        for index in drafts.indices where drafts[index].fate != .removed && drafts[index].fate != .displaced {
            count += 1
        }
        return count
    }

    /// Writes the Contacts of the 200 (RFC 3261 §10.3 step 8): every binding on a line of its own, those that
    /// the request made first, in its order. Aiosipua, for one, takes the first for its own.
    @inline(__always)
    func list(
        _ cursor: inout ReplyCursor,
        _ question: Question,
        _ wishes: ContactWishes,
        texts: Span<UInt8>,
        aor: Span<UInt8>,
        alias: AliasRendering,
        gruu: GRUUMint?,
        in partition: borrowing Partition,
    ) {
        let now = question.path.at
        for place in wishes.list.indices {
            let wish = wishes.list[place]
            for index in drafts.indices where drafts[index].wish == place {
                guard drafts[index].fate == .updated || drafts[index].fate == .added else { continue }
                cursor.put("Contact: <")
                let alias = drafts[index].isElsewhere ? alias : .off
                cursor.put(uri: texts.extracting(wish.uri.range.bounds), alias, question.path)
                cursor.put(texts, wish.parameters)
                if let gruu, wish.instanceHash != 0, !wish.isBulk {
                    let instance = texts.extracting(wish.instance.bounds)
                    cursor.put(publicGRUU: aor, userCount: gruu.userCount, instance: instance)
                    let user = gruu.temporary(
                        callIDHash: question.request.callIDHash,
                        instanceHash: wish.instanceHash,
                        cseq: question.request.cseq
                    )
                    if let user {
                        cursor.put(temporaryGRUU: user, host: aor.extracting(gruu.userCount..<aor.count))
                    }
                }
                cursor.putEnd(alias, question.path, seconds: drafts[index].granted, q: wish.q)
            }
        }
        list(.repeated, &cursor, aor, alias, gruu, in: partition, at: now)
        list(.kept, &cursor, aor, alias, gruu, in: partition, at: now)
    }

    /// The Contacts of bindings that stay as they are.
    private func list(
        _ fate: Fate,
        _ cursor: inout ReplyCursor,
        _ aor: Span<UInt8>,
        _ alias: AliasRendering,
        _ gruu: GRUUMint?,
        in partition: borrowing Partition,
        at now: Timestamp,
    ) {
        for index in drafts.indices where drafts[index].fate == fate {
            guard let facts = drafts[index].before else { continue }
            write(facts, &cursor, aor, alias, gruu, in: partition, at: now)
        }
    }

    private func write(
        _ facts: BindingFacts,
        _ cursor: inout ReplyCursor,
        _ aor: Span<UInt8>,
        _ alias: AliasRendering,
        _ gruu: GRUUMint?,
        in partition: borrowing Partition,
        at now: Timestamp,
    ) {
        let alias = facts.badges.contains(.nat) ? alias : .off
        cursor.put("Contact: <")
        _ = partition.withText(facts.id, .contact) { cursor.put(uri: $0, alias, facts.path) }
        _ = partition.withText(facts.id, .contactParameters) { parameters in
            cursor.put(parameters)
            guard let gruu, facts.instanceHash != 0, !facts.badges.contains(.bulk) else { return }
            guard let instance = instance(in: parameters) else { return }
            cursor.put(
                publicGRUU: aor,
                userCount: gruu.userCount,
                instance: parameters.extracting(instance.bounds)
            )
        }
        // Not under the text's hold: two digests.
        if let gruu, facts.instanceHash != 0, !facts.badges.contains(.bulk),
            let user = gruu.temporary(
                callIDHash: facts.callIDHash,
                instanceHash: facts.instanceHash,
                cseq: facts.cseq
            )
        {
            cursor.put(temporaryGRUU: user, host: aor.extracting(gruu.userCount..<aor.count))
        }
        let left = UInt32(clamping: max(0, (facts.expiresAt - now).secondsRoundedUp))
        cursor.putEnd(alias, facts.path, seconds: left, q: facts.q)
    }
}

/// The value of `+sip.instance` among a contact's parameters.
private func instance(in parameters: Span<UInt8>) -> ByteRange? {
    let whole = ByteRange(start: 0, count: UInt16(clamping: parameters.count))
    var walk = HeaderParameters(whole, header: .contact)
    while let parameter = try? walk.next(parameters) {
        if isName(parameters.extracting(parameter.name.bounds), "+sip.instance") { return parameter.value }
    }
    return nil
}

extension ReplyCursor {
    /// The URI as the phone wrote it and `>`; the alias where the domain wants it there.
    @inline(__always)
    fileprivate mutating func put(uri: Span<UInt8>, _ alias: AliasRendering, _ path: ReceivedFrom) {
        if alias == .uri {
            // Before the URI's headers, for what follows the question mark is theirs.
            var end = uri.count
            while end > 0, uri[end - 1] != 0x40 { end -= 1 }
            while end < uri.count, uri[end] != 0x3f { end += 1 }
            put(uri.extracting(0..<end))
            put(";alias=")
            put(alias: path)
            put(uri.extracting(end..<uri.count))
        } else {
            put(uri)
        }
        put(byte: 0x3e)
    }

    /// What follows the phone's own parameters.
    @inline(__always)
    fileprivate mutating func putEnd(
        _ alias: AliasRendering,
        _ path: ReceivedFrom,
        seconds: UInt32,
        q: UInt16?
    ) {
        if alias == .received { put(received: path) }
        put(";expires=")
        put(decimal: seconds)
        if let q { put(preference: q) }
        put("\r\n")
    }

    /// `192.0.2.1~5060~1` or `[2001:db8::1]~5060~1`: address, port and number of the transport, as
    /// Kamailio's nathelper writes them.
    private mutating func put(alias path: ReceivedFrom) {
        if !path.source.address.isIPv4 { put(byte: 0x5b) }
        put(address: path.source.address)
        if !path.source.address.isIPv4 { put(byte: 0x5d) }
        put(byte: 0x7e)
        put(decimal: UInt32(path.source.port))
        put(byte: 0x7e)
        let number: UInt8 =
            switch path.transport {
            case .udp: 0x31
            case .tcp: 0x32
            case .tls: 0x33
            case .ws: 0x35
            case .wss: 0x36
            }
        put(byte: number)
    }

    /// `;received="sip:192.0.2.1:5060;transport=udp"`, as Kamailio's registrar shows it.
    private mutating func put(received path: ReceivedFrom) {
        put(";received=\"sip:")
        if !path.source.address.isIPv4 { put(byte: 0x5b) }
        put(address: path.source.address)
        if !path.source.address.isIPv4 { put(byte: 0x5d) }
        put(byte: 0x3a)
        put(decimal: UInt32(path.source.port))
        switch path.transport {
        case .udp: put(";transport=udp\"")
        case .tcp: put(";transport=tcp\"")
        case .tls: put(";transport=tls\"")
        case .ws: put(";transport=ws\"")
        case .wss: put(";transport=wss\"")
        }
    }

    /// `;q=` and a `qvalue` from thousandths, without needless zeros (RFC 3261 §25.1).
    private mutating func put(preference q: UInt16) {
        put(q >= 1_000 ? ";q=1" : ";q=0")
        var rest = q >= 1_000 ? 0 : q
        guard rest > 0 else { return }
        put(byte: 0x2e)
        while rest > 0 {
            put(byte: 0x30 + UInt8(truncatingIfNeeded: rest / 100))
            rest = rest % 100 * 10
        }
    }
}
