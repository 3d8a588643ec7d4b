// Addresses travel as the text that people write.

extension IPAddress: Codable {
    /// Reads `192.0.2.1` or `2001:db8::1`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let address = IPAddress(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "IP address expected")
        }
        self = address
    }

    /// Writes the text of `description`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Endpoint: Codable {
    /// Reads `192.0.2.1:5060`, `[2001:db8::1]:5060`, or an address alone, an IPv6 one in brackets, whose port isn't
    /// known; `nil` if the text is none of these.
    public init?(text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 64 else { return nil }
        let end = bytes.first == 0x5b ? bytes.firstIndex(of: 0x5d).map { $0 + 1 } : bytes.firstIndex(of: 0x3a)
        let rest = bytes[(end ?? bytes.count)...]
        let range = ByteRange(start: 0, count: UInt16(end ?? bytes.count))
        guard let address = IPAddress(bytes.span, in: range) else { return nil }
        guard !rest.isEmpty else {
            self.init(address: address, port: 0)
            return
        }
        let digits = rest.dropFirst()
        guard rest.first == 0x3a, (1...5).contains(digits.count), digits.allSatisfy(\.isDigit) else {
            return nil
        }
        guard let port = UInt16(String(decoding: digits, as: UTF8.self)) else { return nil }
        self.init(address: address, port: port)
    }

    /// Reads the text of `description`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let endpoint = Endpoint(text: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "ADDRESS:PORT expected")
        }
        self = endpoint
    }

    /// Writes the text of `description`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension ConnectionID: Codable {
    /// Reads the number.
    public init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(UInt64.self))
    }

    /// Writes the number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

extension IPNetwork: Codable {
    /// Reads `10.0.0.0/8` or an address alone.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let network = IPNetwork(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "network expected, as 10.0.0.0/8"
            )
        }
        self = network
    }

    /// Writes the text of `description`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension DigestFindings: Codable {
    /// Reads a list of findings; those beyond the twelfth are dropped.
    public init(from decoder: any Decoder) throws {
        self.init()
        for finding in try decoder.singleValueContainer().decode([DigestFinding].self) { append(finding) }
    }

    /// Writes a list of findings.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(all)
    }
}
