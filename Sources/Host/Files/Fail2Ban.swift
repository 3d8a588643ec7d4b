import Monitor

/// What fail2ban needs to read the log of `regtop serve`.
public enum Fail2Ban {
    /// A filter and a jail, each headed by the file that it belongs into.
    public static let files = FailureLines.fail2banFilter + "\n" + FailureLines.fail2banJail
}
