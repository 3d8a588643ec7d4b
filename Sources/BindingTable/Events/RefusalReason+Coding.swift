internal import SIPMessage

extension RefusalReason: Codable {
    private enum CodingKeys: String, CodingKey {
        case reason, header, offset, limit, nonceCount, check, seconds, position, asked, minimum, got, have
        case retryAfter, rule
    }

    /// Those that no number goes with.
    private static let plain: [RefusalReason] = [
        .methodMismatch, .version, .unknownMethod, .methodNotAllowed, .noDialog, .badEvent,
        .unsupportedScheme,
        .merged, .tooManyHops, .notOurDomain, .registrationNotOffered, .badExtension, .unsupportedBody,
        .challenge,
        .nonceUnknown, .staleNonce, .unknownUser, .wrongPassword, .notAllowedForAOR, .unknownAOR,
        .wildcardMisused,
        .storeFailed, .accountDisabled, .accountNotFromHere, .pathNotSupported, .firstHopLacksOutbound,
        .outboundRequired, .severalFlows, .bulkMisused, .bulkNotAllowed, .notAcceptable,
        .noBinding, .notARelay, .requestLoops, .breadthExceeded, .unreachable, .flowFailed,
        .hostNotFound,
    ]

    /// Reads `{"reason": WORD}` with the numbers that go with the word beside it.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let word = try members.decode(String.self, forKey: .reason)
        if let reason = Self.plain.first(where: { $0.word == word }) {
            self = reason
        } else if let reason = try Self.measured(word, members) {
            self = reason
        } else {
            throw members.refuse(.reason, "a reason of this version of the protocol expected")
        }
    }

    private static func measured(_ word: String, _ members: KeyedDecodingContainer<CodingKeys>) throws
        -> Self?
    {
        func number<N: FixedWidthInteger & Decodable>(_ key: CodingKeys) throws -> N {
            try members.decode(N.self, forKey: key)
        }
        func header() throws -> HeaderName { try members.decode(HeaderName.self, forKey: .header) }
        return switch word {
        case "malformed": .malformed(try header(), offset: try number(.offset))
        case "missing-header": .missing(try header())
        case "body-too-large": .bodyTooLarge(limit: try number(.limit))
        case "message-too-large": .messageTooLarge(limit: try number(.limit))
        case "uri-too-long": .uriTooLong(limit: try number(.limit))
        case "replay": .replay(nonceCount: try number(.nonceCount))
        case "bad-credentials": .badCredentials(try members.decode(DigestCheck.self, forKey: .check))
        case "blocked-aor": .blockedAOR(seconds: try number(.seconds))
        case "blocked-source": .blockedSource(seconds: try number(.seconds))
        case "bad-contact": .badContact(position: try number(.position), offset: try number(.offset))
        case "interval-too-brief": .intervalTooBrief(asked: try number(.asked), minimum: try number(.minimum))
        case "cseq-not-higher": .cseqNotHigher(got: try number(.got), have: try number(.have))
        case "too-many-contacts": .tooManyContacts(limit: try number(.limit))
        case "overloaded": .overloaded(retryAfter: try number(.retryAfter))
        case "draining": .draining(retryAfter: try number(.retryAfter))
        case "too-fast": .tooFast(retryAfter: try number(.retryAfter))
        case "source-denied": .sourceDenied(rule: try number(.rule))
        case "contact-loop": .contactLoops(position: try number(.position))
        case "too-many-subscriptions": .tooManySubscriptions(limit: try number(.limit))
        default: nil
        }
    }

    /// Writes the word of the reason, with the numbers that go with it beside it.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(word, forKey: .reason)
        switch self {
        case .malformed(let header, let offset):
            try members.encode(header, forKey: .header)
            try members.encode(offset, forKey: .offset)
        case .missing(let header): try members.encode(header, forKey: .header)
        case .bodyTooLarge(let limit), .messageTooLarge(let limit), .uriTooLong(let limit):
            try members.encode(limit, forKey: .limit)
        case .replay(let count): try members.encode(count, forKey: .nonceCount)
        case .badCredentials(let check): try members.encode(check, forKey: .check)
        case .blockedAOR(let seconds), .blockedSource(let seconds):
            try members.encode(seconds, forKey: .seconds)
        case .badContact(let position, let offset):
            try members.encode(position, forKey: .position)
            try members.encode(offset, forKey: .offset)
        case .intervalTooBrief(let asked, let minimum):
            try members.encode(asked, forKey: .asked)
            try members.encode(minimum, forKey: .minimum)
        case .cseqNotHigher(let got, let have):
            try members.encode(got, forKey: .got)
            try members.encode(have, forKey: .have)
        case .tooManyContacts(let limit), .tooManySubscriptions(let limit):
            try members.encode(limit, forKey: .limit)
        case .overloaded(let seconds), .draining(let seconds), .tooFast(let seconds):
            try members.encode(seconds, forKey: .retryAfter)
        case .sourceDenied(let rule): try members.encode(rule, forKey: .rule)
        case .contactLoops(let position): try members.encode(position, forKey: .position)
        case .methodMismatch, .version, .unknownMethod, .methodNotAllowed, .noDialog, .badEvent,
            .unsupportedScheme, .merged, .tooManyHops, .notOurDomain, .registrationNotOffered, .badExtension,
            .unsupportedBody, .challenge, .nonceUnknown, .staleNonce, .unknownUser, .wrongPassword,
            .notAllowedForAOR, .unknownAOR, .wildcardMisused, .storeFailed, .accountDisabled,
            .accountNotFromHere, .pathNotSupported, .firstHopLacksOutbound, .outboundRequired, .severalFlows,
            .bulkMisused, .bulkNotAllowed, .notAcceptable, .noBinding, .notARelay, .requestLoops,
            .breadthExceeded, .unreachable, .flowFailed, .hostNotFound:
            break
        }
    }
}
