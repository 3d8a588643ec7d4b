/// Who stands in an accounts file, for `account list`.
public struct AccountEntry: Hashable, Sendable {
    /// The user.
    public let user: [UInt8]
    /// The realm, which is the domain.
    public let realm: [UInt8]
    /// The algorithms that there is a line for, in the order of the lines.
    public var algorithms: [DigestAlgorithm]

    /// Puts the parts together.
    public init(user: [UInt8], realm: [UInt8], algorithms: [DigestAlgorithm]) {
        self.user = user
        self.realm = realm
        self.algorithms = algorithms
    }
}

/// Changes of an accounts file as text in, text out: comments, order and other users stay as they are.
public enum AccountsText {
    /// The users of a file in the order of their first lines.
    public static func entries(of text: [UInt8]) throws(AccountsError) -> [AccountEntry] {
        var entries: [AccountEntry] = []
        var places: [[UInt8]: Int] = [:]
        _ = try Accounts(parsing: text.span)
        for line in lines(of: text) {
            guard case .account(let account) = AccountLine.read(text.span, line) else { continue }
            let key = Array(text[account.user.lowerBound..<account.realm.upperBound])
            if let place = places[key] {
                entries[place].algorithms.append(account.value.algorithm)
            } else {
                places[key] = entries.count
                let entry = AccountEntry(
                    user: Array(text[account.user]),
                    realm: Array(text[account.realm]),
                    algorithms: [account.value.algorithm],
                )
                entries.append(entry)
            }
        }
        return entries
    }

    /// The file with the user's lines set to these, where the first of the old ones stood or at the end.
    ///
    /// Throws what is wrong with the file as it is, or with the user or realm (then with the number that
    /// the new line would have).
    public static func setting(
        user: [UInt8],
        realm: [UInt8],
        to values: [DigestValue],
        in text: [UInt8],
    ) throws(AccountsError) -> [UInt8] {
        _ = try Accounts(parsing: text.span)
        var written: [UInt8] = []
        for value in values { written += self.line(user: user, realm: realm, value) }
        var result: [UInt8] = []
        var isWritten = false
        for line in lines(of: text) {
            guard isLine(line, of: user, realm, in: text) else {
                result += text[line] + [0x0a]
                continue
            }
            if !isWritten { result += written }
            isWritten = true
        }
        if !isWritten { result += written }
        // What was written has to be read as what was meant: a `:` in the user would shift the fields.
        let accounts = try Accounts(parsing: result.span)
        for value in values {
            let found = accounts.find(user: user.span, realm: realm.span, algorithm: value.algorithm)
            guard let ha1 = found.ha1,
                ha1.equals(hex: value.hex.digits.span.extracting(first: value.hex.count))
            else {
                let number = text.reduce(1) { $0 + ($1 == 0x0a ? 1 : 0) }
                throw AccountsError(line: number, fault: .user)
            }
        }
        return result
    }

    /// The file without the user's lines; nil if there are none.
    public static func removing(user: [UInt8], realm: [UInt8], from text: [UInt8]) throws(AccountsError)
        -> [UInt8]?
    {
        _ = try Accounts(parsing: text.span)
        var result: [UInt8] = []
        var isFound = false
        for line in lines(of: text) {
            if isLine(line, of: user, realm, in: text) {
                isFound = true
            } else {
                result += text[line] + [0x0a]
            }
        }
        return isFound ? result : nil
    }

    /// One line: MD5 as `htdigest` writes it, the others with their name.
    public static func line(user: [UInt8], realm: [UInt8], _ value: DigestValue) -> [UInt8] {
        var line = user + [0x3a] + realm + [0x3a]
        if value.algorithm != .md5 { line += Array("\(value.algorithm.name):".utf8) }
        value.hex.append(to: &line)
        line.append(0x0a)
        return line
    }

    private static func lines(of text: [UInt8]) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        AccountLine.forEachLine(in: text.span) { lines.append($1) }
        return lines
    }

    private static func isLine(_ line: Range<Int>, of user: [UInt8], _ realm: [UInt8], in text: [UInt8])
        -> Bool
    {
        guard case .account(let account) = AccountLine.read(text.span, line) else { return false }
        return text[account.user].elementsEqual(user) && text[account.realm].elementsEqual(realm)
    }
}
