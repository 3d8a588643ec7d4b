public import SIPMessage

/// One change of one binding: the only way in which the table changes, whoever wants it.
///
/// Texts are ranges into a text buffer that travels with the list of changes (for a REGISTER the
/// message itself), so that deciding and applying allocate nothing.
public enum BindingChange: Sendable, BitwiseCopyable {
    /// A new binding; the table gives it its id. `facts.id` is ignored.
    case add(BindingFacts, BindingTextRanges, Cause)
    /// New numbers and texts for one that exists; `id`, `createdAt`, counters and rhythm are kept by the table.
    case update(BindingID, BindingFacts, BindingTextRanges, Cause)
    /// The end of one; it stays as a tombstone until its own expiry, for undo and history.
    case remove(BindingID, Cause)
    /// What was seen of one without a REGISTER; its version stays, for nothing that was promised changes.
    case observe(BindingID, Observation)
}

/// Where a change's texts stand in its text buffer; see `BindingTexts` for what each is.
public struct BindingTextRanges: Hashable, Sendable, BitwiseCopyable {
    /// The contact URI without `<>`.
    public var contact: ByteRange
    /// Other contact parameters.
    public var contactParameters: ByteRange
    /// The Call-ID.
    public var callID: ByteRange
    /// The User-Agent.
    public var userAgent: ByteRange
    /// The top Via's sent-by.
    public var sentBy: ByteRange
    /// The account's user name.
    public var account: ByteRange
    /// Path's values.
    public var path: ByteRange
    /// Name of the peer's certificate.
    public var peer: ByteRange
    /// The numbers of a bulk registration.
    public var numbers: ByteRange

    /// All ranges of a change.
    public init(
        contact: ByteRange,
        contactParameters: ByteRange = .empty,
        callID: ByteRange,
        userAgent: ByteRange = .empty,
        sentBy: ByteRange = .empty,
        account: ByteRange = .empty,
        path: ByteRange = .empty,
        peer: ByteRange = .empty,
        numbers: ByteRange = .empty,
    ) {
        self.contact = contact
        self.contactParameters = contactParameters
        self.callID = callID
        self.userAgent = userAgent
        self.sentBy = sentBy
        self.account = account
        self.path = path
        self.peer = peer
        self.numbers = numbers
    }
}

/// Tells the monitor that a binding is no longer as it was; the lossless half of what it learns.
public struct DirtyBinding: Hashable, Sendable, BitwiseCopyable {
    /// Which binding.
    public var id: BindingID
    /// The latest cause; earlier ones of the same pull are folded into it, except that `isNew` stays.
    public var cause: Cause
    /// It was made since the last pull.
    public var isNew: Bool

    /// Puts the parts together.
    public init(id: BindingID, cause: Cause, isNew: Bool) {
        self.id = id
        self.cause = cause
        self.isNew = isNew
    }
}
