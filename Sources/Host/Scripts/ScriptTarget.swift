import BindingTable
import ConsoleLink
import Monitor

/// What a person means by a word: an address of record, or a binding's id.
struct ScriptTarget {
    /// Canonical; nil for an id.
    let aor: [UInt8]?
    /// nil for an address of record.
    let id: BindingID?

    /// Throws what it is not. Of whom only the user is written, the domain is the one that the registrar knows.
    init(_ word: String, _ script: ScriptContext) throws(HostError) {
        if let id = Self.id(word) {
            (aor, self.id) = (nil, id)
            return
        }
        guard case .aor(let aor) = try script.subject(word) else {
            throw .usage("\(word): no address of record; write user@domain, or a binding's id")
        }
        (self.aor, id) = (aor, nil)
    }

    /// 16 hexadecimal digits, perhaps behind `#`.
    private static func id(_ word: String) -> BindingID? {
        let digits = word.hasPrefix("#") ? word.dropFirst() : word[...]
        guard digits.utf8.count == 16, digits.utf8.allSatisfy({ $0 != 0x2b && $0 != 0x2d }) else {
            return nil
        }
        return UInt64(digits, radix: 16).map { BindingID(rawValue: $0) }
    }

    /// The address of record as the registrar compares it.
    static func addressOfRecord(_ word: String) throws(HostError) -> [UInt8] {
        guard let name = AccessExplanation.canonical(word), let at = name.lastIndex(of: 0x40), at > 0 else {
            throw .usage("\(word): no address of record; write user@domain, or a binding's id")
        }
        return name
    }

    /// A filter that an address of record passes, and perhaps some that differ by capitals.
    static func filter(_ aor: [UInt8], _ field: String = "aor") -> String {
        let text = String(decoding: aor, as: UTF8.self).replacing("\"", with: "\\\"")
        return "\(field)=\"\(text)\""
    }
}

extension ScriptContext {
    /// Whom a word names. A user without a domain is the one address of record that is registered, or tried to; if
    /// there are several, the word could mean any of them, and it throws.
    func subject(_ word: String) throws(HostError) -> BlockSubject {
        let written: WrittenSubject
        do throws(WrittenSubject.Fault) { written = try WrittenSubject(word) } catch {
            throw .usage(error.sentence)
        }
        switch written {
        case .subject(let subject): return subject
        case .user(let user): return .aor(try known(user, as: word))
        }
    }

    private func known(_ user: String, as word: String) throws(HostError) -> [UInt8] {
        let text = "user=\(Filter.quoted(user, always: true))"
        var aors: Set<String> = []
        let pages = BindingPages(
            script: self,
            filter: try Self.filter(text, .bindings),
            order: BindingOrder()
        )
        try pages.read { (_, _) throws(HostError) in
        } take: { (row, _) throws(HostError) in
            aors.insert(String(decoding: row.binding.texts.aor, as: UTF8.self))
        }
        if aors.isEmpty {
            let attempts = try link.window(
                WindowQuery(
                    subject: .attempts(filter: Self.filter(text, .attempts), failuresOnly: false),
                    anchor: .end,
                    height: WindowQuery.maximumHeight
                )
            )
            if case .attempts(let rows) = attempts.content { aors.formUnion(rows.map(\.aor)) }
        }
        // A filter may take capitals for the same; the registrar doesn't.
        let all = aors.filter { $0.hasPrefix("\(user)@") }.sorted()
        if all.count > 1 {
            throw .usage("\(word): could be \(all.prefix(4).joined(separator: " or ")); write which")
        }
        guard let only = all.first else {
            throw .usage("\(word): nobody of that name is known; write user@domain")
        }
        return Array(only.utf8)
    }

    /// The bindings of an address of record, or the one of an id, as they are now.
    func targets(of target: ScriptTarget) throws(HostError) -> [BindingTarget] {
        if let id = target.id {
            let window = try link.window(WindowQuery(subject: .binding(id), height: 1))
            guard case .binding(let detail) = window.content else { return [] }
            return [BindingTarget(id: id, version: detail.row.binding.facts.version)]
        }
        guard let aor = target.aor else { return [] }
        let filter = try Self.filter(ScriptTarget.filter(aor), .bindings)
        var found: [BindingTarget] = []
        let pages = BindingPages(script: self, filter: filter, order: BindingOrder())
        try pages.read { (_, _) throws(HostError) in
        } take: { (row, _) throws(HostError) in
            guard row.binding.texts.aor == aor else { return }
            found.append(BindingTarget(id: row.binding.facts.id, version: row.binding.facts.version))
        }
        return found
    }
}
