import Console

extension ScreenSettings {
    /// The text is a moment of the past as `--at` takes it.
    public static func isMoment(_ text: String) -> Bool { Moment.isMoment(text) }
    /// How it may be written.
    public static let momentForms = Moment.forms
}
