extension IPAddress {
    /// An address that leads nowhere outside its own network or host: RFC 1918, RFC 6598 (carriers' NAT),
    /// RFC 3927 and RFC 4291 §2.5.6 (link-local), RFC 4193 (unique local), loopback.
    public var isPrivate: Bool {
        guard isIPv4 else {
            return high >> 57 == 0xfc >> 1 || high >> 54 == 0xfe80 >> 6 || isLoopback
        }
        let bits = UInt32(truncatingIfNeeded: low)
        return bits >> 24 == 10 || bits >> 20 == 0xac1 || bits >> 16 == 0xc0a8 || bits >> 22 == 0x6440 >> 6
            || bits >> 16 == 0xa9fe || isLoopback
    }
}
