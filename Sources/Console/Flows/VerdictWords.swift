internal import BindingTable
internal import Cells
internal import Monitor

/// What the console says of an attempt as a whole.
enum VerdictWords {
    /// One sentence for each verdict, where no single refusal says more.
    static func sentence(_ verdict: AttemptVerdict) -> String {
        switch verdict {
        case .ok: "GRANTED: the phone is registered"
        case .unregistered: "GRANTED: the phone has removed its bindings itself (expires 0)"
        case .query: "GRANTED: the phone only asked what is registered"
        case .waiting: "WAITING: asked for credentials, the phone's answer is still out"
        case .abandoned: "NO ANSWER: asked for credentials, and the phone never came back"
        case .wrongPassword: "REJECTED: wrong password"
        case .unknownUser: "REJECTED: unknown user"
        case .stale: "UNFINISHED: ended on an old nonce; the phone did not sign a new one"
        case .replay: "REJECTED: a login seen before was repeated"
        case .credentials: "REJECTED: credentials incomplete, for a foreign nonce or of a kind not offered"
        case .forbidden: "REJECTED: not allowed for this address of record"
        case .blocked: "REJECTED: blocked by an operator"
        case .domain: "REJECTED: domain, address of record or service is not here"
        case .brief: "REJECTED: asked for less time than the minimum"
        case .order: "REJECTED: CSeq is not higher than the last one"
        case .limit: "REJECTED: too many contacts"
        case .malformed: "REJECTED: the message breaks the rules of SIP"
        case .unsupported: "REJECTED: it asks for what is not served here"
        case .server: "REJECTED: the registrar could not (store or load)"
        case .drained: "TURNED AWAY: an operator lets nobody new in ahead of maintenance"
        case .other: "ANSWERED: this is no REGISTER"
        }
    }

    /// Said of what is known by looking on, not by having decided it.
    static let inferred = "seen, not decided by us"

    /// What can be done, where no single refusal says more; empty where nothing has failed.
    static func advice(_ verdict: AttemptVerdict) -> String {
        switch verdict {
        case .ok, .unregistered, .query, .other: ""
        case .waiting: "A phone that works answers within a second."
        case .abandoned:
            "Our 401 may not reach it (NAT, firewall), it has no password, or it is a scanner (4)."
        case .wrongPassword: "Correct the password in the phone, or set a new one: regtop account add."
        case .unknownUser: "Correct the user name in the phone, or add it: regtop account add."
        case .stale: "If it never goes on from here, it ignores stale=true: restart the phone or update it."
        case .replay:
            "From the phone's own source: a firmware bug. From elsewhere: an attack; B blocks the source."
        case .credentials: "The phone's digest settings are at fault, not the password."
        case .forbidden: "regtop explain --from IP --aor AOR shows which rule decides."
        case .blocked: "b lists the blocks; B lifts one there."
        case .domain: "Correct domain and user name in the phone."
        case .brief: "If it never asks for more, set a longer registration time in the phone."
        case .order:
            "Two devices share a Call-ID, or a message came late; a restart of the phone makes a new one."
        case .limit: "X takes a binding away; contacts: in the settings has limit and overflow."
        case .malformed: "The phone (or something between) is at fault: r shows the message."
        case .unsupported: "Switch off in the phone what is not served here."
        case .drained: "Nothing is wrong with the phone: it comes in when the drain ends; D lifts it."
        case .server: "See the Log (5) and who sends so much (1)."
        }
    }

    /// In lower-case words, for lists: `wrong password`.
    static func short(_ verdict: AttemptVerdict) -> String {
        switch verdict {
        case .ok: "ok"
        case .unregistered: "unregistered"
        case .query: "query"
        case .waiting: "waiting"
        case .abandoned: "no answer"
        case .wrongPassword: "wrong password"
        case .unknownUser: "unknown user"
        case .stale: "stale nonce"
        case .replay: "replay"
        case .credentials: "bad credentials"
        case .forbidden: "not allowed"
        case .blocked: "blocked"
        case .domain: "wrong domain"
        case .brief: "too brief"
        case .order: "CSeq order"
        case .limit: "too many"
        case .malformed: "bad message"
        case .unsupported: "unsupported"
        case .server: "server trouble"
        case .drained: "turned away"
        case .other: "other"
        }
    }

    /// How the verdict is shown.
    static func role(_ verdict: AttemptVerdict) -> Role {
        switch verdict {
        case .ok, .query: .stateOK
        case .unregistered: .stateUnreg
        case .waiting, .other: .stateUnknown
        case .abandoned, .stale, .brief, .drained: .stateWarn
        default: .stateFail
        }
    }

    /// The messages, short: `R 401 R 200`; `0` marks a removal, `s` a stale challenge,
    /// `x2` what was sent again.
    static func steps(_ row: AttemptRow) -> [TextRun] {
        if let call = row.call { return CallVerdictWords.steps(row, call) }
        var runs: [TextRun] = []
        let method = row.method == "REGISTER" ? "R" : String(row.method.prefix(8))
        for (index, step) in row.steps.enumerated() {
            let lead = index == 0 ? "" : " "
            runs.append(TextRun("\(lead)\(method)\(step.isUnregister ? "0" : "") ", role: .flowRequest))
            runs.append(TextRun(status(step), role: statusRole(step)))
            if step.retransmissions > 0 {
                runs.append(TextRun("x\(step.retransmissions + 1)", role: .flowRetrans))
            }
        }
        return runs
    }

    private static func status(_ step: AttemptStep) -> String {
        step.status == 0 ? "-" : "\(step.status)\(step.isStale ? "s" : "")"
    }

    private static func statusRole(_ step: AttemptStep) -> Role {
        switch step.status {
        case 0: .textDim
        case 200..<300: .flowReplyOK
        case 401, 407: step.hasCredentials && !step.isStale ? .flowReplyFail : .flowReplyAuth
        case 100..<200: .flowRequest
        default: .flowReplyFail
        }
    }
}
