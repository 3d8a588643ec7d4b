/// The filters that have a name: those that are built in, and those that the operator has kept.
struct FilterNames: Sendable {
    /// Those of the operator, by their names without the `@`.
    private let own: [String: String]
    /// Names whose definitions are being read.
    private var open: Set<String> = []

    /// Filters within each other, at most.
    private static let mostOpen = 8

    init(_ own: [String: String] = [:]) { self.own = own }

    /// A character of names.
    static func takes(_ byte: UInt8) -> Bool {
        byte.lowered &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2d || byte == 0x5f
    }

    /// What a name stands for; nil if nothing has it.
    func definition(of name: String, for subject: Filter.Subject) -> (text: String, isBuiltIn: Bool)? {
        if let text = Self.builtIn(subject).first(where: { $0.name == name })?.text { return (text, true) }
        return own[name].map { ($0, false) }
    }

    /// The names within a definition; nil if it is being read already.
    func inside(_ name: String) -> FilterNames? {
        guard !open.contains(name), open.count < Self.mostOpen else { return nil }
        var inner = self
        inner.open.insert(name)
        return inner
    }

    /// All names, the built-in ones first.
    func all(for subject: Filter.Subject) -> [String] {
        let builtIn = Self.builtIn(subject).map(\.name)
        return builtIn + own.keys.sorted().filter { !builtIn.contains($0) }
    }

    /// Those that nobody has to keep.
    static func builtIn(_ subject: Filter.Subject) -> [(name: String, text: String)] {
        switch subject {
        case .bindings:
            [
                ("late", "st:LATE"), ("ghosts", "ghost:yes"), ("unreachable", "st:PING or st:CONN"),
                ("nat", "nat:yes"), ("problems", "st:LATE or st:AUTH or st:PING or st:CONN"),
            ]
        case .attempts: [("failed", "result:fail"), ("nat", "nat:yes"), ("slow", "took>500")]
        case .security: [("attacks", "class:attack"), ("blocked", "blocked:yes")]
        case .devices: [("flawed", "lint:any")]
        case .log: [("warnings", "level>=warning")]
        case .audit: [("acts", "!what:session !what:detect")]
        case .blocks: [("lasting", "!exp<30d")]
        case .history: [("left", "lived>=0")]
        }
    }
}

extension Filter {
    /// The names of filters that a list knows, without the `@`; `named` are the operator's own.
    public static func names(for subject: Subject, named: [String: String] = [:]) -> [String] {
        FilterNames(named).all(for: subject)
    }

    /// What a name that is built in stands for; nil for any other.
    public static func builtIn(_ name: String, for subject: Subject) -> String? {
        FilterNames.builtIn(subject).first { $0.name == name }?.text
    }

    /// A filter can have this name: letters, digits, `-` and `_`, 32 at most, and none that is built in.
    public static func canBeNamed(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 32 && name.utf8.allSatisfy { FilterNames.takes($0) }
            && !Subject.allCases.contains { builtIn(name.lowercased(), for: $0) != nil }
    }
}
