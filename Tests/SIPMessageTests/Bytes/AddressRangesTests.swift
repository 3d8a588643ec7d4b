import SIPMessage
import Testing

/// Addresses that lead nowhere outside: the borders of each range.
struct AddressRangesTests {
    @Test(
        "RFC 1918, 6598, 3927, 4193, 4291: private addresses, and their neighbours that are not",
        arguments: [
            ("10.0.0.0", true), ("10.255.255.255", true), ("9.255.255.255", false), ("11.0.0.0", false),
            ("172.16.0.0", true), ("172.31.255.255", true), ("172.15.255.255", false), ("172.32.0.0", false),
            ("192.168.0.0", true), ("192.168.255.255", true), ("192.167.255.255", false),
            ("192.169.0.0", false),
            ("100.64.0.0", true), ("100.127.255.255", true), ("100.63.255.255", false),
            ("100.128.0.0", false),
            ("169.254.0.0", true), ("169.254.255.255", true), ("169.253.255.255", false),
            ("169.255.0.0", false),
            ("127.0.0.1", true), ("128.0.0.0", false), ("0.0.0.0", false), ("8.8.8.8", false),
            ("fc00::", true), ("fdff::1", true), ("fbff::1", false), ("fe00::1", false), ("fe80::1", true),
            ("febf::1", true), ("fe7f::1", false), ("fec0::1", false), ("::1", true), ("::2", false),
            ("2001:db8::1", false), ("::ffff:10.0.0.1", true), ("::ffff:11.0.0.1", false),
        ]
    )
    func isPrivate(text: String, expected: Bool) throws {
        #expect(try #require(IPAddress(text)).isPrivate == expected)
    }
}
