import Registrar

extension Domain {
    /// An open domain that makes of extensions what a test says.
    static func extended(
        _ extensions: ExtensionPolicy = ExtensionPolicy(),
        expiry: ExpiryPolicy = ExpiryPolicy(jitterPercent: 0),
        contacts: ContactPolicy = ContactPolicy(),
        alias: AliasRendering = .off,
    ) -> Domain {
        var domain = Domain.open("example.com", expiry: expiry, contacts: contacts, alias: alias)
        domain.extensions = extensions
        return domain
    }
}

/// A contact of an instance; with a number, a flow of it (RFC 5626 §4.2).
func flow(_ uri: String, _ id: Int? = nil, instance: String = "urn:uuid:0001", extra: String = "") -> String {
    "<\(uri)>;+sip.instance=\"<\(instance)>\"" + (id.map { ";reg-id=\($0)" } ?? "") + extra
}
