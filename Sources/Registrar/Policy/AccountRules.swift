public import BindingTable
public import SIPMessage

/// What is special about one account.
public struct AccountRule: Hashable, Sendable {
    /// It may not register.
    public var isDisabled: Bool
    /// Networks that it may register from; empty: from anywhere.
    public var networks: [IPNetwork]
    /// Most contacts; nil: as the domain has it.
    public var contacts: UInt16?

    /// Puts the parts together.
    public init(isDisabled: Bool = false, networks: [IPNetwork] = [], contacts: UInt16? = nil) {
        self.isDisabled = isDisabled
        self.networks = networks
        self.contacts = contacts
    }
}

/// The accounts of a domain about which something is special, by their user.
///
/// A value that is made once: an ordinary login pays for it with one question, whether it is empty.
public struct AccountRules: Sendable {
    private struct Entry: Sendable {
        var user: [UInt8]
        var rule: AccountRule
    }

    private let byHash: [UInt64: [Entry]]

    /// Rules by user; users are told apart by the case of their letters (RFC 3261 §19.1.4).
    public init(_ rules: [[UInt8]: AccountRule] = [:]) {
        var byHash: [UInt64: [Entry]] = [:]
        for (user, rule) in rules {
            byHash[foldedHash(user.span), default: []].append(Entry(user: user, rule: rule))
        }
        self.byHash = byHash
    }

    /// There is none: the hot path's only question.
    public var isEmpty: Bool { byHash.isEmpty }

    /// What is special about a user; nil: nothing.
    public func rule(of user: Span<UInt8>) -> AccountRule? {
        guard let entries = byHash[foldedHash(user)] else { return nil }
        for entry in entries where equal(entry.user.span, user) { return entry.rule }
        return nil
    }
}

extension Domain {
    /// Why an account may not register from an address, once it is known whose it is; nil if it may.
    ///
    /// - Parameter account: the user, or the whole `user@domain`.
    public func objection(to account: Span<UInt8>, from address: IPAddress) -> RefusalReason? {
        let user = account.extracting(0..<userCount(of: account))
        guard let rule = accountRules.rule(of: account) ?? accountRules.rule(of: user) else { return nil }
        if rule.isDisabled { return .accountDisabled }
        guard rule.networks.isEmpty || rule.networks.contains(where: { $0.contains(address) }) else {
            return .accountNotFromHere
        }
        return nil
    }

    /// How many contacts a user may have, and what happens beyond: the domain's rule, but for a maximum of the
    /// user's own.
    public func contacts(of user: Span<UInt8>) -> ContactPolicy {
        guard !accountRules.isEmpty, let maximum = accountRules.rule(of: user)?.contacts else {
            return contacts
        }
        return ContactPolicy(
            maximum: maximum,
            overflow: contacts.overflow,
            folding: contacts.folding,
            longest: contacts.longest
        )
    }

    /// Length of the user part of an account, be it written as an address of record of this domain or not.
    private func userCount(of account: Span<UInt8>) -> Int {
        let at = account.count - name.count - 1
        guard at > 0, account[at] == 0x40,
            equalIgnoringCase(account.extracting(at + 1..<account.count), name.span)
        else { return account.count }
        return at
    }
}
