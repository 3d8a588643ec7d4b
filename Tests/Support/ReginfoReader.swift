/// A registration document as a subscriber understands it (RFC 3680 §5), read strictly: whatever is not as our
/// schema has it (§5.4) is an error, so that what is written is well-formed and valid.
public struct Reginfo: Equatable, Sendable {
    /// One `contact`.
    public struct Contact: Equatable, Sendable {
        /// All attributes.
        public var attributes: [String: String]
        /// `uri`.
        public var uri: String
        /// `unknown-param`, in order.
        public var parameters: [Parameter]

        /// The value of an attribute.
        public subscript(name: String) -> String? { attributes[name] }
    }

    /// One `unknown-param`.
    public struct Parameter: Equatable, Sendable {
        /// Its name.
        public var name: String
        /// Its value; empty if it has none.
        public var value: String

        /// Pairs the two.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What is wrong with a document, and how many characters are left behind the place.
    public struct Fault: Error, CustomStringConvertible {
        /// One sentence.
        public let description: String
    }

    /// `version`.
    public var version: Int
    /// `state` is `full`.
    public var isFull: Bool
    /// `aor` of the one registration.
    public var aor: String
    /// `id` of the registration.
    public var id: String
    /// `state` of the registration.
    public var state: String
    /// Its contacts, in order.
    public var contacts: [Contact]

    /// Reads a document.
    public init(_ bytes: [UInt8]) throws(Fault) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Fault(description: "The document is not UTF-8.")
        }
        var reader = XMLReader(text)
        try reader.skip("<?xml version=\"1.0\"?>")
        let root = try reader.element()
        reader.skipSpace()
        guard reader.isAtEnd else { throw Fault(description: "Something follows the document.") }
        try root.check("reginfo", attributes: ["xmlns", "version", "state"])
        guard root.attributes["xmlns"] == "urn:ietf:params:xml:ns:reginfo" else {
            throw Fault(description: "The namespace is another one.")
        }
        version = try root.number("version")
        isFull = try root.word("state", of: ["full", "partial"]) == "full"
        guard root.children.count == 1, let registration = root.children.first else {
            throw Fault(description: "There is not one registration.")
        }
        try registration.check("registration", attributes: ["aor", "id", "state"])
        aor = registration.attributes["aor"] ?? ""
        id = registration.attributes["id"] ?? ""
        state = try registration.word("state", of: ["init", "active", "terminated"])
        contacts = []
        for child in registration.children { contacts.append(try Self.contact(child)) }
        guard Set(contacts.map { $0["id"] }).count == contacts.count else {
            throw Fault(description: "Two contacts have one id.")
        }
    }

    private static let events: [String: [String]] = [
        "active": ["registered", "created", "refreshed", "shortened"],
        "terminated": ["expired", "deactivated", "probation", "unregistered", "rejected"],
    ]

    private static func contact(_ element: XMLElement) throws(Fault) -> Contact {
        try element.check(
            "contact",
            attributes: ["id", "state", "event"],
            optional: ["expires", "retry-after", "q", "duration-registered", "callid", "cseq"]
        )
        let state = try element.word("state", of: ["active", "terminated"])
        let event = try element.word("event", of: events[state] ?? [])
        for name in ["expires", "retry-after", "duration-registered", "cseq"]
        where element.attributes[name] != nil {
            _ = try element.number(name)
        }
        guard (event == "probation") == (element.attributes["retry-after"] != nil) else {
            throw Fault(description: "Only probation has retry-after.")
        }
        guard event != "shortened" || element.attributes["expires"] != nil else {
            throw Fault(description: "Shortened, and it is not said to what.")
        }
        guard let uri = element.children.first else { throw Fault(description: "A contact without uri.") }
        try uri.check("uri", attributes: [])
        var parameters: [Parameter] = []
        for child in element.children.dropFirst() {
            try child.check("unknown-param", attributes: ["name"])
            parameters.append(Parameter(child.attributes["name"] ?? "", child.text))
        }
        return Contact(attributes: element.attributes, uri: uri.text, parameters: parameters)
    }
}

/// An element with what is in it.
private struct XMLElement {
    var name: String
    var attributes: [String: String] = [:]
    var children: [XMLElement] = []
    /// The text; of an element with children, only white space.
    var text = ""

    func check(_ name: String, attributes wanted: [String], optional: [String] = []) throws(Reginfo.Fault) {
        guard self.name == name else {
            throw Reginfo.Fault(description: "<\(self.name)> where <\(name)> should be.")
        }
        for attribute in wanted where attributes[attribute] == nil {
            throw Reginfo.Fault(description: "<\(name)> lacks \(attribute).")
        }
        for attribute in attributes.keys where !wanted.contains(attribute) && !optional.contains(attribute) {
            throw Reginfo.Fault(description: "<\(name)> has \(attribute).")
        }
        guard children.isEmpty || text.allSatisfy(\.isWhitespace) else {
            throw Reginfo.Fault(description: "<\(name)> has text between its children.")
        }
    }

    func number(_ name: String) throws(Reginfo.Fault) -> Int {
        let text = attributes[name] ?? ""
        guard let number = Int(text), number >= 0, text.allSatisfy(\.isASCII) else {
            throw Reginfo.Fault(description: "\(name)=\"\(text)\" is no number.")
        }
        return number
    }

    func word(_ name: String, of words: [String]) throws(Reginfo.Fault) -> String {
        let text = attributes[name] ?? ""
        guard words.contains(text) else {
            throw Reginfo.Fault(description: "\(name)=\"\(text)\" is none of \(words).")
        }
        return text
    }
}

/// The part of XML 1.0 that our documents use: elements, attributes, text and references.
private struct XMLReader {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    var isAtEnd: Bool { position == scalars.count }

    private func fault(_ problem: String) -> Reginfo.Fault {
        Reginfo.Fault(description: "\(problem), \(scalars.count - position) characters before the end.")
    }

    mutating func skipSpace() {
        while position < scalars.count, " \t\n\r".unicodeScalars.contains(scalars[position]) { position += 1 }
    }

    mutating func skip(_ text: String) throws(Reginfo.Fault) {
        guard take(text) else { throw fault("\(text) is missing") }
    }

    private mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard position + wanted.count <= scalars.count,
            scalars[position..<position + wanted.count].elementsEqual(wanted)
        else { return false }
        position += wanted.count
        return true
    }

    mutating func element() throws(Reginfo.Fault) -> XMLElement {
        depth += 1
        defer { depth -= 1 }
        guard depth < 8 else { throw fault("elements too deep") }
        skipSpace()
        try skip("<")
        var element = XMLElement(name: try name())
        while true {
            let before = position
            skipSpace()
            if take(">") { break }
            guard position > before else { throw fault("no space before an attribute") }
            let attribute = try name()
            try skip("=\"")
            let value = try text(until: "\"")
            guard element.attributes.updateValue(value, forKey: attribute) == nil else {
                throw fault("\(attribute) twice")
            }
        }
        while true {
            element.text += try text(until: "<")
            position -= 1
            if take("</") {
                guard try name() == element.name else { throw fault("another element ends") }
                try skip(">")
                return element
            }
            element.children.append(try self.element())
        }
    }

    private mutating func name() throws(Reginfo.Fault) -> String {
        var found = String.UnicodeScalarView()
        while position < scalars.count,
            scalars[position].properties.isAlphabetic && scalars[position].isASCII || scalars[position] == "-"
        {
            found.append(scalars[position])
            position += 1
        }
        guard !found.isEmpty else { throw fault("no name") }
        return String(found)
    }

    /// Text up to a mark, which is skipped; references are undone.
    private mutating func text(until mark: Unicode.Scalar) throws(Reginfo.Fault) -> String {
        var found = String.UnicodeScalarView()
        while position < scalars.count {
            let scalar = scalars[position]
            position += 1
            if scalar == mark { return String(found) }
            switch scalar {
            case "<": throw fault("< in a text")
            case "&": found.append(try reference())
            case "\t", "\n", "\r":
                guard mark == "<" else { throw fault("a control character in an attribute") }
                found.append(scalar)
            default:
                guard scalar.value >= 0x20, scalar.value != 0xfffe, scalar.value != 0xffff else {
                    throw fault("a character that XML does not have")
                }
                found.append(scalar)
            }
        }
        throw fault("the document ends early")
    }

    private mutating func reference() throws(Reginfo.Fault) -> Unicode.Scalar {
        let known: [(String, Unicode.Scalar)] = [
            ("amp;", "&"), ("lt;", "<"), ("gt;", ">"), ("quot;", "\""), ("apos;", "'"), ("#9;", "\t"),
            ("#10;", "\n"), ("#13;", "\r"),
        ]
        for (name, scalar) in known where take(name) { return scalar }
        throw fault("a reference that nobody writes")
    }
}
