internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import SIPMessage
internal import Timing

/// How a binding is reached, and what is remarkable about it.
extension BindingLines {
    /// Where a call would go now; what the phone says of itself beside what is seen of it, where the two disagree; and
    /// what else is known of the way to it.
    ///
    /// - Parameter call: what the registrar says that a call would do; nil: not asked, so it is told for this binding
    ///   alone.
    func reach(
        shown contact: [UInt8],
        call: RouteAnswer? = nil,
    ) -> [(name: String, value: [TextRun])] {
        guard row.binding.gone == nil, !row.isGone else { return ways(shown: contact) }
        let plan =
            call.map { CallPlan($0).lines(own: row.binding.facts.id) }
            ?? CallWords.lines(row.binding, at: clock.now.timestamp)
        return plan + ways(shown: contact)
    }

    /// The same without what a call would do.
    func ways(shown contact: [UInt8]) -> [(name: String, value: [TextRun])] {
        let (facts, texts) = (row.binding.facts, row.binding.texts)
        var fields = reality
        func add(_ name: String, _ text: String, _ role: Role = .text) {
            if !text.isEmpty { fields.append((name, [TextRun(text, role: role)])) }
        }
        if facts.reachability.connection != .none { fields.append(("conn", connection)) }
        let hops = ReachText.hops(texts.path)
        if !hops.isEmpty { add("path", hops.joined(separator: " > ")) }
        add("flow", flow)
        add("in 200", ShownContact(contact).text)
        if facts.reachability.ping != .unknown { fields.append(("ping", ping)) }
        add("numbers", BindingColumns.text(texts.numbers))
        return fields
    }

    /// Contact, Via and source below each other, with what does not agree marked by a word; empty where all do.
    private var reality: [(name: String, value: [TextRun])] {
        let (facts, texts) = (row.binding.facts, row.binding.texts)
        guard !facts.badges.isDisjoint(with: [.nat, .viaHost, .viaTransport]) else { return [] }
        func line(_ name: String, _ text: String, _ differs: String?) -> (name: String, value: [TextRun]) {
            let mark =
                differs.map { TextRun("  DIFFERS\($0)", role: .stateWarn) }
                ?? TextRun("  same", role: .textDim)
            return (name, [TextRun(text, role: differs == nil ? .text : .stateWarn), mark])
        }
        let via = facts.badges.contains(.viaTransport) ? ", another transport" : ""
        let contact = BindingColumns.hostPart(BindingColumns.text(texts.contact))
        return [
            line("contact", contact, facts.badges.contains(.nat) ? ": behind NAT" : nil),
            line(
                "via",
                BindingColumns.text(texts.sentBy),
                facts.badges.contains(.viaHost) || !via.isEmpty ? via : nil
            ),
            ("source", [TextRun("\(facts.path.source) \(facts.path.transport.name)", role: .text)]),
        ]
    }

    /// `live, TLS 1.3, certificate of phone7.example.test`
    private var connection: [TextRun] {
        let facts = row.binding.facts
        // What that means for a call stands where calls do.
        var runs = [ReachText.connection(facts.reachability)]
        if facts.path.tls != .none { runs.append(TextRun(", \(facts.path.tls.name)", role: .text)) }
        let peer = BindingColumns.text(row.binding.texts.peer)
        if !peer.isEmpty {
            runs.append(TextRun(", certificate of \(peer)", role: .text))
        } else if facts.path.transport.isSecure {
            runs.append(TextRun(", no certificate of its own", role: .textDim))
        }
        return runs
    }

    /// `reg-id 1, outbound`; empty for a contact that is no flow of RFC 5626.
    private var flow: String {
        let facts = row.binding.facts
        guard facts.regID > 0 || facts.badges.contains(.outbound) else { return "" }
        let kind = facts.badges.contains(.outbound) ? "outbound" : "not outbound: an ordinary contact"
        return "reg-id \(facts.regID), \(kind)"
    }

    /// `up, 12.4 ms` or since how many pings there was no answer.
    private var ping: [TextRun] {
        let reach = row.binding.facts.reachability
        let last = TimeText.delay(microseconds: Int(reach.roundTrip))
        switch reach.ping {
        case .unknown: return []
        case .answering: return [TextRun("up", role: .stateOK), TextRun(", \(last)", role: .text)]
        case .neverAnswered:
            return [TextRun("never answered, \(ReachText.silent(reach.silentPings)) sent", role: .textDim)]
        case .stoppedAnswering where reach.hasMissedCall:
            return [TextRun("no answer to a call", role: .stateFail)]
        case .stoppedAnswering:
            return [
                TextRun(
                    "stopped, \(ReachText.silent(reach.silentPings)) without an answer",
                    role: .stateFail
                ),
                TextRun(", \(last) before", role: .textDim),
            ]
        }
    }

    /// What is remarkable, in sentences: the gravest first.
    ///
    /// - Parameter isBesideCall: where a call would go stands beside it, with what is wrong on that way.
    func remarks(phones: Int, ghosts: Int, isBesideCall: Bool = false) -> [TextRun] {
        let reach = row.binding.facts.reachability
        var remarks: [TextRun] = []
        if ghosts > 0 {
            let count = "\(TimeText.count(phones, "phone")), \(TimeText.count(ghosts, "ghost"))"
            remarks.append(
                TextRun("\(count): \(keys.key(.evictGhosts)) keeps the newest.", role: .stateWarn)
            )
        }
        if row.isGhost {
            remarks.append(
                TextRun(
                    "This one is a ghost: its phone has registered a newer contact and not come back to this.",
                    role: .stateWarn
                )
            )
        }
        if reach.connection == .gone, !isBesideCall {
            let way = RouteTarget(row.binding, at: clock.now.timestamp)
            let sentence = CallWords.connectionEnded(way)
            let role: Role = way.isLost ? .stateFail : .stateWarn
            remarks.append(TextRun("\(sentence.prefix(1).uppercased())\(sentence.dropFirst()).", role: role))
        }
        if reach.ping == .stoppedAnswering {
            let what = ReachText.silence(reach)
            let sentence = "\(what.prefix(1).uppercased())\(what.dropFirst())"
            remarks.append(
                TextRun("\(sentence): the phone, or the way to it, is in trouble.", role: .stateFail)
            )
        }
        remarks += BadgeWords.sentences(row.binding)
        if reach.ping == .neverAnswered {
            remarks.append(
                TextRun("It has never answered a ping: it may just not know OPTIONS.", role: .text)
            )
        }
        return remarks
    }
}

/// What a 200 shows of a contact beyond its URI and expiry: where it was received from, and its GRUUs.
struct ShownContact {
    private let bytes: [UInt8]

    /// A Contact value as it was sent; empty if no 200 is kept.
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// `alias=198.51.100.7~5062~1`, `received="sip:…"`, `pub-gruu="sip:…"`, in the order of the value.
    var text: String {
        let names = ["alias", "received", "pub-gruu", "temp-gruu"]
        var parts: [String] = []
        var part: [UInt8] = []
        var isQuoted = false
        func end() {
            let text = BindingColumns.text(part).trimmed
            let name = text.prefix { $0 != "=" }.lowercased()
            if names.contains(name) { parts.append(text) }
            part = []
        }
        for byte in bytes {
            if byte == 0x22 { isQuoted.toggle() }
            if !isQuoted, byte == 0x3b || byte == 0x3c || byte == 0x3e { end() } else { part.append(byte) }
        }
        end()
        return parts.joined(separator: "  ")
    }
}
