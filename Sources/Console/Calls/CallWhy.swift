internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

/// Why a call came out as it did: what was decided here, what each leg answered, and what is known of the bindings that
/// it went to.
struct CallWhy {
    let detail: AttemptDetail
    let call: CallRow
    let clock: LocalClock

    /// nil for a try to register.
    init?(_ detail: AttemptDetail, clock: LocalClock) {
        guard let call = detail.row.call else { return nil }
        (self.detail, self.call, self.clock) = (detail, call, clock)
    }

    private var row: AttemptRow { detail.row }

    // MARK: The headline

    /// The sentence above the legs, and how it is shown.
    var headline: (text: String, role: Role) {
        let role: Role =
            switch CallVerdictWords.role(call.verdict) {
            case .stateOK: .verdictOK
            case .stateFail: .verdictBad
            case let other: other
            }
        return (sentence + ".", role)
    }

    private var sentence: String {
        if let refusal = row.refusal, refusal != .challenge, call.verdict != .noBinding {
            return "REFUSED with \(call.status): \(words(of: refusal).why)"
        }
        switch call.verdict {
        case .answered: return answered
        case .noAnswer: return noAnswer
        case .busy, .declined, .failed: return answeredBadly
        case .cancelled:
            return
                "GIVEN UP: the caller hung up\(ringing.map { " after \($0) of ringing" } ?? ", before it rang")"
        case .noBinding: return nobody
        case .deadContact where call.legs.count == 1 && isUnconnected(0):
            return "NOT REACHED: no connection to the only phone could be made"
        case .deadContact where call.legs.count == 1:
            return "NOT REACHED: the only phone gave no sign of life"
        case .deadContact where call.legs.isEmpty:
            return "NOT REACHED: the connection of every phone is gone"
        default: return CallVerdictWords.sentence(call.verdict)
        }
    }

    /// `ANSWERED by 4417 (leg 2) after 4.2 s`
    private var answered: String {
        let took = TimeText.delay(microseconds: Int((row.endedAt - row.startedAt).nanoseconds / 1_000))
        guard let place = call.legs.firstIndex(where: { (200..<300).contains($0.status) }) else {
            return "ANSWERED with \(call.status) after \(took)"
        }
        return "ANSWERED by \(name(place)) after \(took)\(ending)"
    }

    /// `; it lasted 12 s, the caller hung up`, or that who hung up was not heard; empty while the call goes on, or if that is
    /// not kept.
    private var ending: String {
        let byes = detail.messages.filter {
            $0.isRequest && $0.isOutgoing == false && $0.summary.hasPrefix("BYE")
        }
        guard let bye = byes.last, let leg = bye.leg else { return "" }
        let who = leg == 0 ? "the caller" : call.legs.indices.contains(leg - 1) ? name(leg - 1) : "it"
        let answer = detail.messages.last {
            !$0.isRequest && $0.isOutgoing == true && $0.leg == leg && $0.at >= bye.at
                && $0.status >= 200 && $0.summary.hasSuffix("(BYE)")
        }
        switch answer?.status ?? 0 {
        case 200..<300, 481:
            let first = byes.first { $0.leg == leg } ?? bye
            return "; it lasted \(TimeText.length(max(0, (first.at - row.endedAt).seconds))), \(who) hung up"
        case 0: return "; \(who) hung up, and the other end has not answered that"
        case 401, 407: return "; \(who) hung up, was asked for a password and has not come back"
        case let status:
            return "; \(who) hung up and was told \(status): the other end may still be in the call"
        }
    }

    private var noAnswer: String {
        if let place = call.legs.firstIndex(where: { $0.status == 480 || $0.status == 408 }) {
            return "NO ANSWER: \(name(place)) says \(call.legs[place].status)"
        }
        let phones = TimeText.count(call.legs.count, "phone")
        return "NO ANSWER: \(ringing.map { "it rang for \($0)" } ?? "\(phones) asked"), and nobody picked up"
    }

    /// `BUSY: 4417 (leg 1) answered 486`
    private var answeredBadly: String {
        let word =
            switch call.verdict {
            case .busy: "BUSY"
            case .declined: "DECLINED"
            default: "FAILED"
            }
        let place =
            call.legs.firstIndex { $0.status == call.status } ?? call.legs.firstIndex { $0.status >= 300 }
        guard let place else {
            let isUnreached = !call.legs.isEmpty && call.legs.indices.allSatisfy { isUnconnected($0) }
            let why = isUnreached ? "no connection could be made, and " : ""
            return "\(word): \(why)the caller was told \(call.status)"
        }
        return "\(word): \(name(place)) answered \(answer(of: place))"
    }

    /// `nobody is registered for 4417@…: its last binding expired 03:12:10`
    private var nobody: String {
        let start = "NOBODY IS REGISTERED for \(row.aor)"
        guard let end = detail.bindingEnd else { return "\(start): no binding of it is remembered" }
        let who = end.by.isEmpty ? "" : " by \(end.by)"
        return "\(start): its last binding ended \(clock.clock(end.at)) (\(end.cause.text)\(who))"
    }

    private func words(of refusal: RefusalReason) -> RefusalWords {
        let until: String =
            switch refusal {
            case .blockedAOR(let seconds), .blockedSource(let seconds):
                clock.clock(row.endedAt + .seconds(Int(seconds)))
            default: ""
            }
        let request = verified
        let user = DigestText.credentials(of: request)["username"] ?? ""
        return RefusalWords(
            ofCall: refusal,
            method: row.method,
            user: user.isEmpty ? String(call.caller.prefix { $0 != "@" }) : user,
            caller: call.caller,
            aor: row.aor,
            domain: RawMessage.requestDomain(of: request),
            until: until
        )
    }

    /// The request by which the caller was judged: the last with credentials, as a 407 asks for it again.
    private var verified: [UInt8] {
        let sent = detail.messages.filter { $0.isRequest && isOfCaller($0) && isOfCall($0) }
        let signed = sent.last { !DigestText.credentials(of: $0.bytes).isEmpty }
        return (signed ?? sent.last)?.bytes ?? []
    }

    /// It came from the caller.
    private func isOfCaller(_ message: LadderMessage) -> Bool {
        message.leg == 0 && message.isOutgoing == false
    }

    /// The message is the request that begins the call, or a response to it: no CANCEL, no BYE.
    private func isOfCall(_ message: LadderMessage) -> Bool {
        if message.isRequest { return message.summary.prefix { $0 != " " } == row.method }
        guard row.method == "INVITE" else { return message.summary.hasSuffix(" (\(row.method))") }
        // Responses to other requests name their method: `200 OK (BYE)`.
        guard let last = message.summary.split(separator: " ").last, last.first == "(", last.last == ")"
        else {
            return true
        }
        return !last.dropFirst().dropLast().allSatisfy(\.isUppercase)
    }

    /// What follows from the refusal of how the credentials were checked.
    private var findings: [DigestFinding] {
        switch row.refusal {
        case .unknownUser: [DigestFinding(.user, .failed)]
        case .wrongPassword: [DigestFinding(.user, .passed), DigestFinding(.response, .failed)]
        case .replay(let count):
            [
                DigestFinding(.user, .passed), DigestFinding(.response, .passed),
                DigestFinding(.nonceCount, .failed, value: count),
            ]
        case .badCredentials(let check): [DigestFinding(check, .failed)]
        default: []
        }
    }

    // MARK: The legs

    /// `4417 (leg 2)`, without the number where there is but one.
    private func name(_ place: Int) -> String {
        let target = CallVerdictWords.target(call.legs[place])
        let shown = target.isEmpty ? "\(call.legs[place].path.source)" : target
        return call.legs.count == 1 ? shown : "\(shown) (leg \(place + 1))"
    }

    /// `486 Busy Here` as the leg has said it.
    private func answer(of place: Int) -> String {
        let status = call.legs[place].status
        let message = detail.messages.last {
            $0.leg == place + 1 && $0.isOutgoing == false && $0.status == status && isOfCall($0)
        }
        return message?.summary ?? "\(status)"
    }

    /// For how long it rang anywhere, until it ended or the caller gave it up; nil: it did not.
    private var ringing: String? {
        let first = detail.messages.first {
            $0.leg ?? 0 > 0 && $0.isOutgoing == false && (180..<190).contains($0.status) && isOfCall($0)
        }
        let cancel = detail.messages.first {
            $0.isRequest && isOfCaller($0) && $0.summary.hasPrefix("CANCEL")
        }
        let end = min(cancel?.at ?? row.endedAt, row.endedAt)
        guard let first, first.at <= end else { return nil }
        return TimeText.length(max(0, (end - first.at).seconds))
    }

    /// One line for each leg: who, where, what it answered; below it what is wrong there.
    private var legs: [(text: String, role: Role)] {
        call.legs.indices.flatMap { place in
            [leg(place)] + remarks(place).map { ("   ! \($0)", Role.stateWarn) }
        }
    }

    private func leg(_ place: Int) -> (text: String, role: Role) {
        let leg = call.legs[place]
        let way = "\(leg.path.source) \(leg.path.transport.name)"
        let target = CallVerdictWords.target(leg)
        let head = " \(place + 1) \(target.isEmpty ? "" : "\(target) at ")\(way): "
        if leg.status == 0, leg.copies == 0 {
            let (text, role) = later(place)
            return ("\(head)\(text)", role)
        }
        guard leg.status > 0 else {
            if isUnconnected(place) {
                return ("\(head)no connection came about, or it ended at once", .stateFail)
            }
            let copies = TimeText.count(max(1, leg.copies), "copy", plural: "copies")
            let span = silence(place).map { " in \($0)" } ?? ""
            return ("\(head)no answer to \(copies) of \(row.method)\(span)", .stateFail)
        }
        let role: Role =
            switch leg.status {
            case ..<200: .text
            case ..<300: .stateOK
            case 487: .textDim
            default: .stateWarn
            }
        let ended = leg.status == 487 ? " (cancelled by us)" : ""
        return ("\(head)\(answer(of: place))\(ended)", role)
    }

    /// What has gone to an end that the call did not begin at: a phone that came by another way in mid-call, the caller by a
    /// new connection.
    private func later(_ place: Int) -> (String, Role) {
        let sent = detail.messages.last {
            $0.leg == place + 1 && $0.isOutgoing == true && $0.isRequest && !$0.summary.hasPrefix("ACK")
        }
        guard let sent else { return ("in the dialog only", .textDim) }
        let method = String(sent.summary.prefix { $0 != " " })
        let answer = detail.messages.last {
            $0.leg == place + 1 && $0.isOutgoing == false && !$0.isRequest && $0.at >= sent.at
        }
        guard let answer else { return ("\(method) in the dialog, no answer", .stateWarn) }
        return (
            "\(method) in the dialog, answered \(answer.summary)", answer.status < 300 ? .text : .stateWarn
        )
    }

    /// For how long a leg has said nothing: from the first copy to the end of the call.
    private func silence(_ place: Int) -> String? {
        let (first, last) = copies(place)
        guard let first, let last else { return nil }
        return "\(max(0, (max(row.endedAt, last) - first).seconds)) s"
    }

    /// When the request was first sent to a leg, and when last.
    private func copies(_ place: Int) -> (first: Timestamp?, last: Timestamp?) {
        let copies = detail.messages.filter {
            $0.leg == place + 1 && $0.isOutgoing == true && $0.isRequest && isOfCall($0)
        }
        return (copies.first?.at, copies.last?.at)
    }

    /// The leg was given up at once, without a word from it: no connection to it came about, for over one that is there
    /// it would have been waited for.
    private func isUnconnected(_ place: Int) -> Bool {
        let leg = call.legs[place]
        guard leg.status == 0, leg.path.transport.isReliable, let first = copies(place).first else {
            return false
        }
        switch call.verdict {
        case .deadContact, .unknown, .failed: return row.endedAt - first < .seconds(1)
        default: return false
        }
    }

    /// What has been silent for so long is likely to stay so: the fourth copy has gone.
    private static let patience = Interval.milliseconds(3_400)

    /// It is too early to say why a leg of a call that goes on says nothing.
    private func isEarly(_ place: Int) -> Bool {
        guard call.verdict == nil else { return false }
        guard case (let first?, let last?) = copies(place) else { return true }
        return last - first < Self.patience
    }

    /// Statuses with which a phone says that it is not whom the call is for, or does not like what is asked of it.
    private static let rejections: Set<UInt16> = [400, 403, 404, 410, 416, 484, 485, 488, 501, 604, 606]

    /// What is wrong at a leg, as far as it can be told.
    private func remarks(_ place: Int) -> [String] {
        let leg = call.legs[place]
        guard leg.status == 0 ? leg.copies > 0 : leg.status >= 300, leg.status != 487 else { return [] }
        guard let called = leg.called else {
            return leg.status == 0 && leg.binding != nil ? ["its binding is no longer remembered"] : []
        }
        var remarks: [String] = []
        let troubles = Set(called.troubles)
        if Self.rejections.contains(leg.status), troubles.contains(.contactUser) {
            let user = CallVerdictWords.target(leg)
            let account = called.aor.prefix { $0 != "@" }
            remarks.append(
                "contact user mismatch: the call asked it for \"\(user)\", its account is \"\(account)\": many phones reject that; set both the same in the phone"
            )
        }
        if leg.status == 0, !isEarly(place) {
            remarks += dead(leg, troubles, isUnconnected: isUnconnected(place))
        }
        if let end = called.end {
            remarks.append("its binding has ended since: \(end.cause.text) \(clock.clock(end.at))")
        }
        return remarks
    }

    private func dead(_ leg: CallLeg, _ troubles: Set<CallTrouble>, isUnconnected: Bool) -> [String] {
        if leg.path.transport.isReliable {
            let isGone = troubles.contains(.unreachable) || troubles.contains(.connectionGone)
            if isUnconnected, !isGone { return [] }
            return [isGone ? "its connection has ended" : "its connection takes bytes and gives no answer"]
        }
        for trouble in [CallTrouble.leadsHere, .privateContact] where troubles.contains(trouble) {
            return [CallWords.sentence(trouble)]
        }
        if troubles.contains(.forgottenByNAT) {
            return [
                "silent for more than 3 m behind NAT: the mapping is probably gone; let it refresh or be pinged more often"
            ]
        }
        return ["unplugged, moved, or a NAT or firewall has forgotten it"]
    }

    // MARK: All of it

    private var advice: String {
        if let refusal = row.refusal, refusal != .challenge {
            let words = words(of: refusal)
            if !words.advice.isEmpty { return words.advice }
        }
        return CallVerdictWords.advice(call.verdict)
    }

    /// Headline, legs and advice in lines of text. Not sanitised.
    var lines: [String] {
        [headline.text] + legs.map { $0.text.trimmed } + (advice.isEmpty ? [] : ["-> \(advice)"])
    }

    /// All lines, for a panel of this width.
    func lines(width: Int) -> [RunLine] {
        let columns = max(10, width - 1)
        var lines = RunLine(headline.text, role: headline.role).wordWrapped(columns: columns)
        let values = DigestText.credentials(of: verified)
        lines += findings.map { WhyPanel.line($0, values, width: width) }
        for leg in legs { lines += RunLine(leg.text, role: leg.role).wordWrapped(columns: columns) }
        if !advice.isEmpty {
            lines += RunLine("-> \(advice)", role: .textStrong).wordWrapped(columns: columns)
        }
        return lines
    }
}
