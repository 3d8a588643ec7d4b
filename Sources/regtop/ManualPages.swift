/// The manual pages and system files that are compiled in, as `install` puts them.
enum ManualPages {
    /// regtop(1).
    static var program: String { text(PackageResources.regtop_1) }
    /// regtop.conf(5).
    static var settings: String { text(PackageResources.regtop_conf_5) }
    /// regtop.theme(5).
    static var themes: String { text(PackageResources.regtop_theme_5) }
    /// The user that the unit runs as, for systemd-sysusers(8).
    static var users: String { text(PackageResources.regtop_sysusers) }

    /// The systemd unit of a program in this place.
    static func unit(program: String) -> String {
        text(PackageResources.regtop_service).replacing("@BINARY@", with: program)
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
