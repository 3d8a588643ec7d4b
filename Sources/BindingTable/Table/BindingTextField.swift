/// Names one text of a binding; see `BindingTexts` for what each is.
public enum BindingTextField: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case aor, contact, contactParameters, callID, userAgent, sentBy, account, path, peer, numbers
}
