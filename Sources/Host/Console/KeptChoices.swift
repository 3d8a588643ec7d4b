import Console

/// A choice of an operator's as a file has it: a name and a value.
public enum KeptValue: Equatable, Sendable {
    /// A word.
    case text(String)
    /// Yes or no.
    case flag(Bool)
    /// Words in their order.
    case list([String])
    /// Words by name.
    case map([String: String])
}

extension KeptValue {
    /// This value over what another console has kept since: of words by name, only those that were changed here.
    func merged(into kept: KeptValue?, since before: KeptValue?) -> KeptValue {
        guard case .map(let wanted) = self, case .map(var words)? = kept, case .map(let known)? = before
        else {
            return self
        }
        for (name, text) in wanted where known[name] != text { words[name] = text }
        for name in known.keys where wanted[name] == nil { words[name] = nil }
        return .map(words)
    }
}

/// The choices that a console keeps from one start to the next, by their names in the file.
public typealias KeptChoices = [String: KeptValue]

/// Where choices are kept: whoever knows the file's format gives the two ways.
public struct ChoicesPlace: Sendable {
    /// The file, as it is shown to the operator.
    public let path: String
    /// What is kept. Throws a sentence with file and line if it can't be understood; nothing if there is no file.
    let read: @Sendable () throws(HostError) -> KeptChoices
    /// Keeps other choices; a file that `read` refuses is moved aside first. Throws what the file can't be written
    /// for.
    let write: @Sendable (KeptChoices) throws(HostError) -> Void

    /// A place, with both ways to it.
    public init(
        path: String,
        read: @escaping @Sendable () throws(HostError) -> KeptChoices,
        write: @escaping @Sendable (KeptChoices) throws(HostError) -> Void,
    ) {
        self.path = path
        self.read = read
        self.write = write
    }

    /// What each choice is in a file, for those who read one: its name, and a value of its kind.
    public static var forms: KeptChoices {
        var choices = Preferences()
        choices.theme = ""
        return choices.kept
    }
}

extension Preferences {
    /// What the names of a file stand for. Names that mean nothing and values of another kind are passed over: the
    /// reader of the file has told of them.
    init(kept: KeptChoices) {
        self.init()
        for (name, path) in Self.flags {
            if case .flag(let value)? = kept[name] { self[keyPath: path] = value }
        }
        if case .text(let name)? = kept["theme"], !name.isEmpty { theme = name }
        if case .list(let names)? = kept["columns"] { columns = names }
        if case .map(let named)? = kept["filters"] { filters = named }
    }

    /// The names and values of a file.
    var kept: KeptChoices {
        var kept: KeptChoices = ["columns": .list(columns), "filters": .map(filters)]
        if let theme { kept["theme"] = .text(theme) }
        for (name, path) in Self.flags { kept[name] = .flag(self[keyPath: path]) }
        return kept
    }

    /// Choices that are on or off.
    private static var flags: [(String, WritableKeyPath<Preferences, Bool>)] {
        [
            ("key-bar", \.showsKeyBar), ("preview", \.showsPreview), ("mouse", \.usesMouse),
            ("utc", \.usesUTC), ("gaps", \.showsGaps), ("ascii", \.usesASCII), ("toured", \.hasSeenTour),
        ]
    }
}
