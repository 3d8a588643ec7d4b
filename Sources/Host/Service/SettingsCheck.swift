import Transport

/// What a start would do with settings, without doing it: for `config check`.
public struct SettingsCheck {
    private let settings: Settings

    /// A check of these settings.
    public init(_ settings: Settings) { self.settings = settings }

    /// Reads the accounts files and settles what is left open; a line for each listener and domain.
    public func facts() throws -> [String] {
        let addresses = try RegistrarService.addresses(settings)
        return addresses.map { "listener  \($0)" }
            + (try PolicyBuilder(settings: settings, listeners: addresses).build().facts)
    }
}
