extension SIPURI {
    /// Two URIs mean the same (RFC 3261 §19.1.4; RFC 5954 §2 for IPv6; RFC 3966 §4 for TEL).
    ///
    /// Not an equivalence relation: a parameter that only one of them has is mostly ignored, so contacts
    /// are compared one by one and never looked up by a hash of their URI.
    public static func isEquivalent(
        _ a: SIPURI,
        _ aBytes: Span<UInt8>,
        _ b: SIPURI,
        _ bBytes: Span<UInt8>,
    ) -> Bool {
        guard a.scheme == b.scheme else { return false }
        // The usual case, and the answer for a URI that breaks the rules by naming a parameter twice.
        if aBytes.equal(a.range, bBytes, b.range) { return true }
        switch a.scheme {
        case .sip, .sips:
            return a.hasUser == b.hasUser && a.hasPassword == b.hasPassword && a.port == b.port
                && aBytes.equivalent(a.user, bBytes, b.user, ignoringCase: false)
                && aBytes.equivalent(a.password, bBytes, b.password, ignoringCase: false)
                && Host.isEquivalent(a.host, aBytes, b.host, bBytes)
                && parametersAgree(a, aBytes, b, bBytes) && parametersAgree(b, bBytes, a, aBytes)
                && headersAgree(a, aBytes, b, bBytes) && headersAgree(b, bBytes, a, aBytes)
        case .tel:
            return telephonesAgree(a, aBytes, b, bBytes)
        case .other:
            let aScheme = ByteRange(from: Int(a.range.start), to: Int(a.user.start))
            let bScheme = ByteRange(from: Int(b.range.start), to: Int(b.user.start))
            return aBytes.equivalent(aScheme, bBytes, bScheme, ignoringCase: true)
                && aBytes.equal(a.user, bBytes, b.user)
        }
    }

    /// Each parameter of `a` that `b` has too has the same value, and none is missing there that changes
    /// the meaning: user, ttl, method, maddr; and transport, whose absence can lead to another one.
    private static func parametersAgree(
        _ a: SIPURI,
        _ aBytes: Span<UInt8>,
        _ b: SIPURI,
        _ bBytes: Span<UInt8>,
    ) -> Bool {
        var walk = URIParameters(a)
        while let parameter = walk.next(aBytes) {
            if let value = value(of: parameter.name, aBytes, in: b, bBytes) {
                guard aBytes.equivalent(parameter.value, bBytes, value, ignoringCase: true) else {
                    return false
                }
            } else if changesMeaning(parameter.name, aBytes) {
                return false
            }
        }
        return true
    }

    private static func changesMeaning(_ name: ByteRange, _ bytes: Span<UInt8>) -> Bool {
        bytes.equalsUnescaped(name, "transport") || bytes.equalsUnescaped(name, "user")
            || bytes.equalsUnescaped(name, "maddr") || bytes.equalsUnescaped(name, "ttl")
            || bytes.equalsUnescaped(name, "method")
    }

    private static func value(
        of name: ByteRange,
        _ bytes: Span<UInt8>,
        in uri: SIPURI,
        _ uriBytes: Span<UInt8>,
    ) -> ByteRange? {
        var walk = URIParameters(uri)
        while let candidate = walk.next(uriBytes) {
            if bytes.equivalent(name, uriBytes, candidate.name, ignoringCase: true) { return candidate.value }
        }
        return nil
    }

    /// Each header of `a` is in `b`: headers are never ignored.
    private static func headersAgree(
        _ a: SIPURI,
        _ aBytes: Span<UInt8>,
        _ b: SIPURI,
        _ bBytes: Span<UInt8>,
    ) -> Bool {
        var walk = URIHeaders(a)
        while let header = walk.next(aBytes) {
            var others = URIHeaders(b)
            var isFound = false
            while !isFound, let other = others.next(bBytes) {
                isFound =
                    aBytes.equivalent(header.name, bBytes, other.name, ignoringCase: true)
                    && aBytes.equivalent(header.value, bBytes, other.value, ignoringCase: true)
            }
            guard isFound else { return false }
        }
        return true
    }

    /// Numbers by their digits without separators, parameters all of them in any order (RFC 3966 §4).
    private static func telephonesAgree(
        _ a: SIPURI,
        _ aBytes: Span<UInt8>,
        _ b: SIPURI,
        _ bBytes: Span<UInt8>,
    ) -> Bool {
        guard aBytes.sameDigits(a.user, bBytes, b.user) else { return false }
        return telephoneParameters(of: a, aBytes, areIn: b, bBytes)
            && telephoneParameters(of: b, bBytes, areIn: a, aBytes)
    }

    private static func telephoneParameters(
        of a: SIPURI,
        _ aBytes: Span<UInt8>,
        areIn b: SIPURI,
        _ bBytes: Span<UInt8>,
    ) -> Bool {
        var walk = URIParameters(a)
        while let parameter = walk.next(aBytes) {
            guard let other = value(of: parameter.name, aBytes, in: b, bBytes) else { return false }
            let isNumber =
                aBytes.equalsUnescaped(parameter.name, "ext")
                || aBytes.equalsUnescaped(parameter.name, "phone-context") && parameter.value.count > 0
                    && aBytes[Int(parameter.value.start)] == 0x2b
            let agrees =
                isNumber
                ? aBytes.sameDigits(parameter.value, bBytes, other)
                : aBytes.equivalent(parameter.value, bBytes, other, ignoringCase: true)
            guard agrees else { return false }
        }
        return true
    }
}

extension Host {
    /// Names in any case, addresses by value; a name is never equal to an address (RFC 3261 §19.1.4).
    public static func isEquivalent(
        _ a: Host,
        _ aBytes: Span<UInt8>,
        _ b: Host,
        _ bBytes: Span<UInt8>,
    ) -> Bool {
        guard a.kind == b.kind else { return false }
        if a.kind == .ipv6 { return a.address(aBytes) == b.address(bBytes) }
        return aBytes.equivalent(a.range, bBytes, b.range, ignoringCase: true)
    }
}

extension Span<UInt8> {
    /// Two telephone numbers are the same once their visual separators are gone.
    fileprivate func sameDigits(_ range: ByteRange, _ other: Span<UInt8>, _ otherRange: ByteRange) -> Bool {
        let bounds = clamped(range)
        let otherBounds = other.clamped(otherRange)
        var position = bounds.lowerBound
        var otherPosition = otherBounds.lowerBound
        while true {
            while position < bounds.upperBound, self[position].isVisualSeparator { position += 1 }
            while otherPosition < otherBounds.upperBound, other[otherPosition].isVisualSeparator {
                otherPosition += 1
            }
            guard position < bounds.upperBound, otherPosition < otherBounds.upperBound else {
                return position == bounds.upperBound && otherPosition == otherBounds.upperBound
            }
            guard self[position].folded == other[otherPosition].folded else { return false }
            position += 1
            otherPosition += 1
        }
    }
}

extension UInt8 {
    /// One of `-`, `.`, `(`, `)` (RFC 3966 §5.1.1).
    var isVisualSeparator: Bool { self == 0x2d || self == 0x2e || self == 0x28 || self == 0x29 }
}
