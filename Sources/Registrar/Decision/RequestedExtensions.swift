import BindingTable
import SIPMessage

/// What a REGISTER and the way it came ask of the extensions, as far as the domain offers them. An ordinary phone's
/// asks nothing.
///
/// Ranges count in the request's text buffer (`ContactWishes`).
struct RequestedExtensions: BitwiseCopyable {
    /// Longest Path that is kept, in bytes: a dozen proxies.
    static let longestPath = 2_048

    /// Path's values as they are stored; empty if there is none or the domain ignores it.
    var path = ByteRange.empty
    /// The 200 repeats the Path, for the phone knows it (RFC 3327 §5.3).
    var echoesPath = false
    /// A contact is a flow: outbound was applied (RFC 5626 §6).
    var hasFlow = false
    /// The peer's first verified name.
    var peer = ByteRange.empty
    /// The numbers that a bulk contact stands for.
    var numbers = ByteRange.empty
    /// What is remarkable about the connection.
    var badges: Badges = []
}

extension ExtensionPolicy {
    /// The option tags that a request may require (RFC 3261 §8.2.2.3).
    var offered: OptionTags {
        var tags: OptionTags = []
        if path != .off { tags.insert(.path) }
        if outbound != .off { tags.insert(.outbound) }
        if offersGRUU { tags.insert(.gruu) }
        if !numbers.isEmpty { tags.insert(.gin) }
        return tags
    }

    /// The numbers that a user registers; nil if the user has none.
    func numbers(of user: Span<UInt8>) -> [UInt8]? {
        for list in numbers where equal(list.user.span, user) { return list.text }
        return nil
    }
}
