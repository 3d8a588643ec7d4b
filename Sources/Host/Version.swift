/// The program's version.
public enum Version {
    /// As `--version`, `Server` and metrics say it.
    public static let text = "0.1.0"
}
