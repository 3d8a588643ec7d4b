internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage

/// What the console says of how calls end. Total over `CallVerdict`.
enum CallVerdictWords {
    /// One sentence for each verdict, where nothing more is known; nil: the call goes on.
    static func sentence(_ verdict: CallVerdict?) -> String {
        switch verdict {
        case nil: "IN PROGRESS: no final response has gone to the caller yet"
        case .answered: "ANSWERED"
        case .redirected: "REDIRECTED: the caller was told the contacts (302) and calls them itself"
        case .challenged: "ASKED FOR A PASSWORD (407): the caller has not come back with one"
        case .noAnswer: "NO ANSWER: it rang, and nobody picked up"
        case .busy: "BUSY: somebody talks there already"
        case .declined: "DECLINED: the phone does not want the call"
        case .cancelled: "GIVEN UP: the caller hung up before anybody answered"
        case .noBinding: "NOBODY IS REGISTERED for it: the call reached no phone"
        case .unknown: "UNKNOWN: no such address of record here"
        case .deadContact: "NOT REACHED: no phone it went to gave any sign of life"
        case .loop: "LOOP: the request has been here before, or passed too many proxies"
        case .notAllowed: "NOT ALLOWED: the settings do not let it through"
        case .failed: "FAILED: a phone or the next proxy answered with an error"
        }
    }

    /// In lower-case words, for lists: `dead contact`.
    static func short(_ verdict: CallVerdict) -> String {
        switch verdict {
        case .answered: "answered"
        case .redirected: "redirected"
        case .challenged: "password asked"
        case .noAnswer: "no answer"
        case .busy: "busy"
        case .declined: "declined"
        case .cancelled: "given up"
        case .noBinding: "not registered"
        case .unknown: "unknown number"
        case .deadContact: "dead contact"
        case .loop: "loop"
        case .notAllowed: "not allowed"
        case .failed: "failed"
        }
    }

    /// What can be done; empty where nothing is wrong.
    static func advice(_ verdict: CallVerdict?) -> String {
        switch verdict {
        case nil, .answered, .redirected, .busy, .declined, .cancelled: ""
        case .challenged:
            "Our 407 may not reach it, or the phone has no password for calls (user of its account)."
        case .noAnswer: "The phone is there and rings. Nothing is wrong with the way to it."
        case .noBinding: "a shows its attempts to register, H when and why its last binding left."
        case .unknown: "Correct the number that was dialled, or see domains: and users: in the settings."
        case .deadContact:
            "A phone that is alive comes back with its next REGISTER; until then calls to it fail. E on its page (J, Enter) lets it end now."
        case .loop: "Look for a forwarding to itself, or for a next hop that sends back here."
        case .notAllowed: "See access: and calls: in the settings."
        case .failed: "r shows what it answered; the phone or the proxy behind it has the reason."
        }
    }

    /// How a verdict is shown.
    static func role(_ verdict: CallVerdict?) -> Role {
        switch verdict {
        case nil, .redirected: .stateUnknown
        case .answered: .stateOK
        case .challenged, .noAnswer: .stateWarn
        case .busy, .declined, .cancelled: .stateUnreg
        case .noBinding, .unknown, .deadContact, .loop, .notAllowed, .failed: .stateFail
        }
    }

    /// The messages, short: `INVITE 486 [486 408 -]`: what the caller was told, and what each leg answered.
    static func steps(_ row: AttemptRow, _ call: CallRow) -> [TextRun] {
        var runs = [TextRun("\(row.method.prefix(8)) ", role: .flowRequest), status(call.status)]
        guard !call.legs.isEmpty else { return runs }
        runs.append(TextRun(" [", role: .textDim))
        for (place, leg) in call.legs.enumerated() {
            if place > 0 { runs.append(TextRun(" ", role: .textDim)) }
            runs.append(status(leg.status))
            if leg.copies > 1 { runs.append(TextRun("x\(leg.copies)", role: .flowRetrans)) }
        }
        runs.append(TextRun("]", role: .textDim))
        return runs
    }

    private static func status(_ status: UInt16) -> TextRun {
        switch status {
        case 0: TextRun("-", role: .textDim)
        case 200..<300: TextRun("\(status)", role: .flowReplyOK)
        case 401, 407: TextRun("\(status)", role: .flowReplyAuth)
        case 100..<200: TextRun("\(status)", role: .flowRequest)
        default: TextRun("\(status)", role: .flowReplyFail)
        }
    }

    /// Whom a leg leads to: the user of its Request-URI, or its host where there is none; empty if it isn't kept.
    static func target(_ leg: CallLeg) -> String {
        let uri = shown(leg.target)
        let bare = uri.firstIndex(of: ":").map { String(uri[uri.index(after: $0)...]) } ?? uri
        let name = bare.prefix { $0 != "@" && $0 != ";" && $0 != ">" }
        return String(name)
    }

    /// A URI without a password in it.
    static func shown(_ uri: String) -> String {
        String(decoding: Redaction.withoutPasswords(Array(uri.utf8)), as: UTF8.self)
    }
}

extension VerdictWords {
    /// One sentence for what became of a row.
    static func sentence(_ row: AttemptRow) -> String {
        guard let call = row.call, row.verdict != .other || call.verdict != nil else {
            return sentence(row.verdict)
        }
        return CallVerdictWords.sentence(call.verdict)
    }

    /// In lower-case words what became of a row.
    static func short(_ row: AttemptRow) -> String {
        row.call?.verdict.map { CallVerdictWords.short($0) } ?? short(row.verdict)
    }

    /// How a row's verdict is shown.
    static func role(_ row: AttemptRow) -> Role {
        row.call?.verdict.map { CallVerdictWords.role($0) } ?? role(row.verdict)
    }
}

extension RequestKind {
    /// What a list of attempts says of what it shows; nil for the usual.
    var shown: String? {
        switch self {
        case .registrations: nil
        case .all: "all requests"
        case .calls: "only calls"
        }
    }

    /// One of them.
    var noun: String {
        switch self {
        case .registrations: "attempt"
        case .all: "request"
        case .calls: "call"
        }
    }
}
