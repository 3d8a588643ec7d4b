extension SIPURI {
    /// Appends the canonical address of record, the key of a registrar's table: `user@host`
    /// (RFC 3261 §10.3 step 5).
    ///
    /// Escapes in the user part are undone, parameters, headers, password, port and scheme dropped, the host
    /// in lower case without a final point, an IPv6 host as RFC 5952 writes it. The port goes because phones
    /// that register with a server on another port put it into To; the scheme because an address of record
    /// is the same one under SIPS (RFC 5630 §3.1.3). A user part can hold any byte, NUL and `@` too: the
    /// last `@` is the separator. Without a user part it is the host alone.
    ///
    /// Returns `false`, having appended nothing, for a URI that is neither SIP nor SIPS.
    @discardableResult
    public func appendCanonicalAOR(_ bytes: Span<UInt8>, to out: inout [UInt8]) -> Bool {
        guard isSIP else { return false }
        if hasUser {
            bytes.appendUnescaped(uriPart: user, to: &out)
            out.append(0x40)
        }
        appendCanonicalHost(bytes, to: &out)
        return true
    }

    /// Appends the host as `appendCanonicalAOR` does: the name of the domain.
    public func appendCanonicalHost(_ bytes: Span<UInt8>, to out: inout [UInt8]) {
        if host.kind == .ipv6, let address = host.address(bytes) {
            Endpoint(address: address, port: 0).append(to: &out)
            return
        }
        var bounds = bytes.clamped(host.range)
        if bounds.count > 1, bytes[bounds.upperBound - 1] == 0x2e {
            bounds = bounds.lowerBound..<bounds.upperBound - 1
        }
        for index in bounds { out.append(bytes[index].folded) }
    }
}
