/// A network of addresses: the first bits that all of them share, as `10.0.0.0/8` or `2001:db8::/32` says it
/// (RFC 4632 §3.1, RFC 4291 §2.3).
///
/// An address of one family is in no network of the other, not even in `0.0.0.0/0`; IPv4-mapped addresses are
/// IPv4, as everywhere here.
public struct IPNetwork: Hashable, Sendable, BitwiseCopyable {
    /// The first address: the bits after the prefix are zero.
    public let address: IPAddress
    private let bits: UInt8

    /// How many leading bits its addresses share: at most 32, or 128 for IPv6.
    public var prefix: Int { Int(bits) }

    /// The network of an address; bits of it after the prefix don't matter, and a prefix outside of what the
    /// family has is taken as the nearest that it has.
    public init(_ address: IPAddress, prefix: Int) {
        let most = address.isIPv4 ? 32 : 128
        let prefix = Swift.min(most, Swift.max(0, prefix))
        bits = UInt8(prefix)
        var first = address
        if address.isIPv4 {
            first.low &= 0xffff_ffff & ~Self.rest(32 - prefix)
        } else {
            first.high &= ~Self.rest(64 - Swift.min(64, prefix))
            first.low &= ~Self.rest(128 - Swift.max(64, prefix))
        }
        self.address = first
    }

    /// Reads `10.0.0.0/8`, `2001:db8::/32`, `[2001:db8::]/32`, or an address alone, which is a network of one;
    /// `nil` if the text is none of these. Bits after the prefix (`10.1.2.3/8`) are allowed and don't matter.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        let most = address.isIPv4 ? 32 : 128
        guard parts.count > 1 else {
            self.init(address, prefix: most)
            return
        }
        let digits = parts[1].utf8
        guard
            (1...3).contains(digits.count), digits.allSatisfy({ $0.isDigit }),
            let prefix = Int(parts[1]), prefix <= most
        else { return nil }
        self.init(address, prefix: prefix)
    }

    /// The address is one of its addresses.
    public func contains(_ other: IPAddress) -> Bool {
        guard other.isIPv4 == address.isIPv4 else { return false }
        return IPNetwork(other, prefix: prefix).address == address
    }

    /// So many low bits, set; all 64 for 64.
    private static func rest(_ bits: Int) -> UInt64 {
        bits >= 64 ? .max : (1 << UInt64(bits)) - 1
    }
}

extension IPNetwork: CustomStringConvertible {
    /// `10.0.0.0/8`; a network of one address is that address alone. It reads back as the same network.
    public var description: String {
        prefix == (address.isIPv4 ? 32 : 128) ? address.description : "\(address)/\(prefix)"
    }
}
