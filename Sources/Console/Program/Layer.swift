/// What lies over the screen and has the keys.
enum Layer: Sendable {
    case help(HelpState)
    case pick(PickState)
    case form(Form)
    case copy(CopyMenu)
    case report(ReportState)
    case settings(SettingsState)
    case columns(ColumnsState)

    /// Where actions apply that belong to this layer.
    var place: Places {
        switch self {
        case .help: .help
        case .pick: .pick
        case .form: .form
        case .copy: .copy
        case .report: .report
        case .settings: .settings
        case .columns: .columns
        }
    }
}
