internal import BindingTable
internal import SIPMessage
internal import Timing

/// Failed logins as lines of a log, in a form that stays as it is, for programs that watch it (fail2ban):
///
///     login failed: WORD from ADDRESS port PORT TRANSPORT user NAME agent AGENT
///     probe: WORD from ADDRESS port PORT TRANSPORT user NAME agent AGENT
///
/// A login is a REGISTER or a request whose caller has to prove who it is: the user is whose account it is, never who is
/// called. What a stranger has chosen stands behind the address and has no blanks, so that no name can look like another
/// address. Five lines for each source in ten seconds, so that every source has its line however busy another is;
/// a thousand in all, for addresses can be forged and a disk can't grow.
public struct FailureLines {
    static let most = 1_000
    private static let period = Interval.seconds(10)

    private var lines: [Notice] = []
    private var periodEnd = Timestamp.zero
    private var written = 0
    private var unwritten = 0

    init() {}

    /// Takes in an attempt that ended and matters; `isWelcome` says that its source has lines left.
    mutating func note(_ outcome: borrowing AttemptOutcome, isWelcome: Bool, at now: Timestamp) {
        rollOver(now)
        guard isWelcome, written < Self.most else {
            unwritten += 1
            return
        }
        written += 1
        add(Self.line(outcome), at: outcome.at)
    }

    /// The lines since the last call.
    mutating func take(at now: Timestamp) -> [Notice] {
        rollOver(now)
        defer { lines.removeAll(keepingCapacity: true) }
        return lines
    }

    private mutating func rollOver(_ now: Timestamp) {
        guard now >= periodEnd else { return }
        if unwritten > 0 { add("failed logins and probes: \(unwritten) more in 10 s", at: now) }
        (written, unwritten) = (0, 0)
        periodEnd = now + Self.period
    }

    private mutating func add(_ text: String, at time: Timestamp) {
        lines.append(Notice(at: time, level: .info, text: text))
    }

    private static func line(_ outcome: borrowing AttemptOutcome) -> String {
        var out: [UInt8] = []
        let path = outcome.path
        out.append(
            contentsOf: "\(outcome.isLogin ? "login failed" : "probe"): \(outcome.verdict.word)".utf8
        )
        out.append(contentsOf: " from \(path.source.address) port \(path.source.port)".utf8)
        out.append(contentsOf: " \(path.transport.name) user ".utf8)
        appendField(outcome.aor, to: &out)
        out.append(contentsOf: " agent ".utf8)
        appendField(outcome.agent, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// A stranger's text as `appendField` writes it, cut to fewer bytes.
    static func field(_ text: [UInt8], most: Int = 48) -> String {
        var out: [UInt8] = []
        appendField(Array(text.prefix(most)), to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// A stranger's text as one word of letters, digits and signs: all else, `%` and quotes among it, as `%20`.
    /// Nothing is `-`; what is long is cut, which `...` shows.
    static func appendField(_ text: [UInt8], to out: inout [UInt8]) {
        guard !text.isEmpty else { return out.append(0x2d) }
        for byte in text.prefix(128) {
            let isPlain = byte > 0x20 && byte < 0x7f && byte != 0x25 && byte != 0x22 && byte != 0x5c
            if isPlain {
                out.append(byte)
            } else {
                out.append(0x25)
                out.appendHexadecimal(UInt64(byte), digits: 2)
            }
        }
        if text.count > 128 { out.append(contentsOf: "...".utf8) }
    }
}

extension AttemptVerdict {
    /// A failed attempt that the log tells of whoever sent it: the others are only told of attackers.
    var isLogged: Bool {
        switch self {
        case .wrongPassword, .unknownUser, .replay, .credentials, .forbidden, .domain: true
        default: false
        }
    }

    /// Our own doing: the log never tells of it, or a block would lead to a ban of those it hits.
    var isOurs: Bool { self == .blocked || self == .server || self == .drained }
}

extension FailureLines {
    /// The filter for fail2ban that finds the address in each of these lines as `regtop serve` writes them, into a
    /// file or the journal: a file of `/etc/fail2ban/filter.d`. The expression is anchored where the line begins, so
    /// that nothing a stranger sends can stand in the address's place.
    public static let fail2banFilter = """
        # /etc/fail2ban/filter.d/regtop.conf
        [Definition]
        failregex = ^\\s*(?:\\S+ regtop\\[\\d+\\]|info regtop)\\s?:(?: \\[\\w+\\])? (?:login failed|probe): [A-Z]+ from <ADDR> port \\d+ \\w+ user
        ignoreregex =
        journalmatch = _SYSTEMD_UNIT=regtop.service

        """

    /// A jail that uses the filter.
    public static let fail2banJail = """
        # /etc/fail2ban/jail.d/regtop.conf
        [regtop]
        enabled  = true
        filter   = regtop
        backend  = systemd
        banaction = %(banaction_allports)s
        maxretry = 10
        findtime = 10m
        bantime  = 1h

        """
}
