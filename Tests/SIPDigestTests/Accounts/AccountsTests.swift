import Testing

@testable import SIPDigest

private let md5 = "0123456789abcdef0123456789abcdef"
private let sha = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

@Suite struct AccountsTests {
    private func accounts(_ text: String) throws -> Accounts {
        let bytes = Array(text.utf8)
        return try Accounts(parsing: bytes.span)
    }

    private func find(
        _ accounts: Accounts,
        _ user: String,
        _ realm: String,
        _ algorithm: DigestAlgorithm,
    ) -> Accounts.Finding {
        let user = Array(user.utf8)
        let realm = Array(realm.utf8)
        return accounts.find(user: user.span, realm: realm.span, algorithm: algorithm)
    }

    @Test func allFormsOfLines() throws {
        let accounts = try accounts(
            """
            # phones of the first floor

            1001:example.test:\(md5)
            1002:example.test:SHA-256:\(sha)\r
              1003:example.test:sha-512-256:\(sha)
            1004:example.test:\(sha.uppercased())
            1005:example.test:MD5:\(md5)
            1001:example.test:SHA-512-256:\(sha)
            1001:other.test:\(md5)
            1006:[2001:db8::1]:\(md5)
            """
        )
        #expect(accounts.count == 7)
        #expect(find(accounts, "1001", "example.test", .md5).ha1.map { text($0.hex) } == md5)
        #expect(find(accounts, "1001", "example.test", .sha512t256).ha1.map { text($0.hex) } == sha)
        #expect(find(accounts, "1001", "example.test", .sha256).ha1 == nil)
        #expect(find(accounts, "1001", "example.test", .sha256).isKnown)
        #expect(find(accounts, "1002", "example.test", .sha256).ha1 != nil)
        #expect(find(accounts, "1003", "example.test", .sha512t256).ha1 != nil)
        #expect(find(accounts, "1004", "example.test", .sha256).ha1.map { text($0.hex) } == sha)
        #expect(find(accounts, "1005", "example.test", .md5).ha1 != nil)
        #expect(find(accounts, "1006", "[2001:db8::1]", .md5).ha1 != nil)
        #expect(!find(accounts, "1002", "other.test", .sha256).isKnown)
        #expect(!find(accounts, "1001 ", "example.test", .md5).isKnown)
    }

    @Test(arguments: [
        ("1001", AccountsError.Fault.fields),
        ("1001:\(md5)", .fields),
        (":example.test:\(md5)", .user),
        ("1001::\(md5)", .realm),
        ("10\u{7}01:example.test:\(md5)", .user),
        ("10\"01:example.test:\(md5)", .user),
        ("1001:example\\.test:\(md5)", .realm),
        ("1001:example.test:SHA-1:\(md5)", .algorithm),
        ("1001:example.test:MD5-sess:\(md5)", .algorithm),
        ("1001:example.test:secret", .hash(expected: 32)),
        ("1001:example.test:SHA-256:\(md5)", .hash(expected: 64)),
        ("1001:example.test:\(md5)0", .hash(expected: 32)),
        ("1001:example.test:", .hash(expected: 32)),
        ("1000:example.test:\(md5)", .repeated),
        ("1001:\(String(repeating: "x", count: 1_100)):\(md5)", .tooLong),
        ("1001:\(String(repeating: "x", count: 256)):\(md5)", .realm),
    ])
    func aBadLineIsNamed(_ line: String, _ fault: AccountsError.Fault) {
        let good = "1000:example.test:\(md5)\n# comment\n"
        #expect(throws: AccountsError(line: 3, fault: fault)) { try accounts(good + line + "\n") }
        #expect(AccountsError(line: 3, fault: fault).description.hasPrefix("line 3: "))
    }

    @Test func emptyFilesHaveNobody() throws {
        for text in ["", "\n", "# nobody", "\r\n\r\n"] { #expect(try accounts(text).count == 0) }
    }

    /// Whatever the bytes: accounts or an error that names a line of the text.
    @Test(arguments: 1...20) func anyBytesAreReadOrRefused(seed: Int) throws {
        var state = UInt64(seed)
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let pieces = [
            "1001", ":", "a.test", md5, sha, "SHA-256", "MD5", "\n", "\r\n", "#", " ", "\u{0}", "\"", "é",
        ]
        for _ in 0..<300 {
            let text = (0..<random(40)).map { _ in pieces[random(pieces.count)] }.joined()
            let lines = text.utf8.reduce(1) { $0 + ($1 == 0x0a ? 1 : 0) }
            do throws(AccountsError) {
                let bytes = Array(text.utf8)
                _ = try Accounts(parsing: bytes.span)
            } catch {
                #expect((1...lines).contains(error.line), "seed \(seed): \(text)")
            }
        }
    }

    @Test func manyUsersAreAllFoundAndNobodyElse() throws {
        var lines = ""
        for number in 0..<20_000 {
            let digits = String(number, radix: 16)
            let hash = String(repeating: "0", count: 32 - digits.count) + digits
            lines += "user\(number):example.test:\(hash)\n"
            if number % 3 == 0 { lines += "user\(number):example.test:SHA-256:\(hash)\(hash)\n" }
        }
        let accounts = try accounts(lines)
        #expect(accounts.count == 20_000)
        for number in stride(from: 0, to: 20_000, by: 7) {
            let found = find(accounts, "user\(number)", "example.test", .md5)
            let digits = String(number, radix: 16)
            #expect(found.ha1.map { text($0.hex).hasSuffix(digits) } == true)
            #expect(
                (find(accounts, "user\(number)", "example.test", .sha256).ha1 != nil) == (number % 3 == 0)
            )
            #expect(!find(accounts, "user\(number + 20_000)", "example.test", .md5).isKnown)
        }
    }
}

@Suite struct AccountsTextTests {
    private let file = Array(
        """
        # first
        1001:a.test:\(md5)
        1002:a.test:\(md5)
        # second
        1001:a.test:SHA-256:\(sha)
        """.utf8
    )

    private func value(_ hex: String, _ algorithm: DigestAlgorithm) throws -> DigestValue {
        try #require(DigestValue(digits: Array(hex.utf8), algorithm: algorithm))
    }

    @Test func listsUsersInOrder() throws {
        let entries = try AccountsText.entries(of: file)
        #expect(entries.map { String(decoding: $0.user, as: UTF8.self) } == ["1001", "1002"])
        #expect(entries.map(\.algorithms) == [[.md5, .sha256], [.md5]])
    }

    @Test func settingReplacesInPlaceAndKeepsComments() throws {
        let zeros = String(repeating: "0", count: 32)
        let result = try AccountsText.setting(
            user: Array("1001".utf8),
            realm: Array("a.test".utf8),
            to: [try value(zeros, .md5), try value(sha, .sha512t256)],
            in: file
        )
        let expected = """
            # first
            1001:a.test:\(zeros)
            1001:a.test:SHA-512-256:\(sha)
            1002:a.test:\(md5)
            # second

            """
        #expect(String(decoding: result, as: UTF8.self) == expected)
    }

    @Test func settingAppendsANewUser() throws {
        let result = try AccountsText.setting(
            user: Array("1003".utf8),
            realm: Array("a.test".utf8),
            to: [try value(sha, .sha256)],
            in: file
        )
        #expect(result.starts(with: file))
        #expect(String(decoding: result, as: UTF8.self).hasSuffix("\n1003:a.test:SHA-256:\(sha)\n"))
    }

    @Test(arguments: ["10:01", "#1001", "10\n01", " 1001", "", "10\u{1}01"])
    func settingRefusesWhatWouldBeReadOtherwise(_ user: String) throws {
        let values = [try value(md5, .md5)]
        #expect(throws: AccountsError.self) {
            try AccountsText.setting(
                user: Array(user.utf8),
                realm: Array("a.test".utf8),
                to: values,
                in: file
            )
        }
    }

    @Test func removingTakesAllLinesOfOneUser() throws {
        let result = try AccountsText.removing(
            user: Array("1001".utf8),
            realm: Array("a.test".utf8),
            from: file
        )
        #expect(
            result.map { String(decoding: $0, as: UTF8.self) } == "# first\n1002:a.test:\(md5)\n# second\n"
        )
        #expect(
            try AccountsText.removing(user: Array("1009".utf8), realm: Array("a.test".utf8), from: file)
                == nil
        )
    }

    @Test func aBadFileIsLeftAlone() throws {
        let bad = Array("1001:a.test\n".utf8)
        #expect(throws: AccountsError(line: 1, fault: .fields)) {
            try AccountsText.removing(user: Array("1001".utf8), realm: Array("a.test".utf8), from: bad)
        }
    }
}
