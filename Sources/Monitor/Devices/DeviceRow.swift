public import SIPMessage

/// By what devices are put together.
public enum DeviceGroup: UInt8, WordCodable, Hashable, Sendable {
    /// The whole User-Agent, firmware and all.
    case agent
    /// What a User-Agent begins with, up to the first blank, digit or sign: who made it.
    case vendor

    /// `agent` or `vendor`.
    public var codingWord: String {
        switch self {
        case .agent: "agent"
        case .vendor: "vendor"
        }
    }
}

/// How many bindings show a lint.
public struct LintCount: Codable, Hashable, Sendable {
    /// Which.
    public var lint: Lint
    /// How many.
    public var count: Int

    /// Pairs the two.
    public init(_ lint: Lint, _ count: Int) {
        self.lint = lint
        self.count = count
    }
}

/// The bindings of a User-Agent or vendor, and what is wrong with them.
public struct DeviceRow: Codable, Hashable, Sendable {
    /// The User-Agent or vendor; empty for those who gave none.
    public var name: String
    /// By what it was put together.
    public var group: DeviceGroup
    /// Stands for all whose names found no room.
    public var isRest = false
    /// Bindings, and those of them with a warning.
    public var bindings = 0, flawed = 0
    /// Ghosts, and bindings that have missed their beat.
    public var ghosts = 0, silent = 0
    /// Logins that failed within ten minutes, and those of them for a CSeq that was not higher.
    public var failures = 0, cseqFailures = 0
    /// What they show: warnings first, then the commonest.
    public var lints: [LintCount] = []

    /// A row of which nothing is counted yet.
    public init(name: String, group: DeviceGroup) {
        self.name = name
        self.group = group
    }

    /// How many bindings show a lint.
    public func count(_ lint: Lint) -> Int { lints.first { $0.lint == lint }?.count ?? 0 }

    /// The term of a filter that its bindings pass; nil for the rest, which no filter tells apart.
    public var term: String? {
        if isRest { return nil }
        return group == .agent || name.isEmpty ? Filter.agent(name) : Filter.vendor(name)
    }
}

extension Filter {
    /// The term that User-Agents of a vendor pass.
    static func vendor(_ name: String) -> String {
        let escaped = name.unicodeScalars.map { scalar -> String in
            let isPlain = !scalar.isASCII || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            return scalar == "\"" ? "." : isPlain ? "\(scalar)" : "\\\(scalar)"
        }
        return "ua~\"^\(escaped.joined())($|[^a-zA-Z])\""
    }
}

/// The rows of the devices screen with what belongs to them.
public struct DevicePicture: Codable, Sendable {
    /// Those with most flawed bindings first.
    public var rows: [DeviceRow]
    /// Bindings of all, those of them with a warning, and how many names there are.
    public var bindings: Int, flawed: Int, names: Int

    /// Puts the parts together.
    public init(rows: [DeviceRow], bindings: Int, flawed: Int, names: Int) {
        self.rows = rows
        self.bindings = bindings
        self.flawed = flawed
        self.names = names
    }
}
