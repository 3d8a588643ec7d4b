/// How often a header field may be there and whether one line holds several values.
public enum HeaderCardinality: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// At most one line with one value.
    case one
    /// Any number of lines, each with values separated by commas (RFC 3261 §7.3.1).
    case list
    /// Any number of lines with one value each; commas belong to the value (RFC 3261 §7.3.1 names the
    /// four authentication fields, and a field that isn't known is treated the same way).
    case lines
}

/// What is fixed about a header field: one row of the table.
public struct HeaderFacts: Sendable {
    /// The name as it is written.
    public var name: StaticString
    /// The one-letter form (RFC 3261 §7.3.3), 0 if there is none.
    public var compactForm: UInt8
    /// How often it may be there.
    public var cardinality: HeaderCardinality

    init(_ name: StaticString, _ cardinality: HeaderCardinality) {
        self.name = name
        compactForm = 0
        self.cardinality = cardinality
    }

    init(_ name: StaticString, _ compactForm: Unicode.Scalar, _ cardinality: HeaderCardinality) {
        self.name = name
        self.compactForm = UInt8(ascii: compactForm)
        self.cardinality = cardinality
    }
}

/// The names of header fields that are known, from one table (`facts`).
public enum HeaderName: UInt8, WordCodable, Hashable, Sendable, BitwiseCopyable {
    case accept, acceptContact, acceptEncoding, acceptLanguage, alertInfo, allow, allowEvents
    case authenticationInfo, authorization, callID, callInfo, contact, contentDisposition, contentEncoding
    case contentLanguage, contentLength, contentType, cseq, date, diversion, errorInfo, event, expires
    case flowTimer, from, geolocation, historyInfo, identity, inReplyTo, maxBreadth, maxForwards
    case minExpires, minSE, mimeVersion, organization, path, pAssertedIdentity, pAccessNetworkInfo
    case pAssociatedURI, pPreferredIdentity, pVisitedNetworkID, priority, privacy, proxyAuthenticate
    case proxyAuthorization, proxyRequire, rack, reason, recordRoute, referTo, referredBy, rejectContact
    case remotePartyID, replaces, replyTo, require, requestDisposition, retryAfter, route, rseq, server
    case serviceRoute, sessionExpires, sipETag, sipIfMatch, subject, subscriptionState, supported
    case timestamp, to, unsupported, userAgent, via, warning, wwwAuthenticate
    /// Any other name; what it is stands in the message.
    case other

    /// Number of names, `other` included.
    static var count: Int { Int(HeaderName.other.rawValue) + 1 }

    /// The row of this name. `other` has the empty name.
    public var facts: HeaderFacts {
        switch self {
        case .accept: HeaderFacts("Accept", .list)
        case .acceptContact: HeaderFacts("Accept-Contact", "a", .list)
        case .acceptEncoding: HeaderFacts("Accept-Encoding", .list)
        case .acceptLanguage: HeaderFacts("Accept-Language", .list)
        case .alertInfo: HeaderFacts("Alert-Info", .list)
        case .allow: HeaderFacts("Allow", .list)
        case .allowEvents: HeaderFacts("Allow-Events", "u", .list)
        case .authenticationInfo: HeaderFacts("Authentication-Info", .one)
        case .authorization: HeaderFacts("Authorization", .lines)
        case .callID: HeaderFacts("Call-ID", "i", .one)
        case .callInfo: HeaderFacts("Call-Info", .list)
        case .contact: HeaderFacts("Contact", "m", .list)
        case .contentDisposition: HeaderFacts("Content-Disposition", .one)
        case .contentEncoding: HeaderFacts("Content-Encoding", "e", .list)
        case .contentLanguage: HeaderFacts("Content-Language", .list)
        case .contentLength: HeaderFacts("Content-Length", "l", .one)
        case .contentType: HeaderFacts("Content-Type", "c", .one)
        case .cseq: HeaderFacts("CSeq", .one)
        case .date: HeaderFacts("Date", .one)
        case .diversion: HeaderFacts("Diversion", .list)
        case .errorInfo: HeaderFacts("Error-Info", .list)
        case .event: HeaderFacts("Event", "o", .one)
        case .expires: HeaderFacts("Expires", .one)
        case .flowTimer: HeaderFacts("Flow-Timer", .one)
        case .from: HeaderFacts("From", "f", .one)
        case .geolocation: HeaderFacts("Geolocation", .list)
        case .historyInfo: HeaderFacts("History-Info", .list)
        case .identity: HeaderFacts("Identity", "y", .one)
        case .inReplyTo: HeaderFacts("In-Reply-To", .list)
        case .maxBreadth: HeaderFacts("Max-Breadth", .one)
        case .maxForwards: HeaderFacts("Max-Forwards", .one)
        case .minExpires: HeaderFacts("Min-Expires", .one)
        case .minSE: HeaderFacts("Min-SE", .one)
        case .mimeVersion: HeaderFacts("MIME-Version", .one)
        case .organization: HeaderFacts("Organization", .one)
        case .path: HeaderFacts("Path", .list)
        case .pAssertedIdentity: HeaderFacts("P-Asserted-Identity", .list)
        case .pAccessNetworkInfo: HeaderFacts("P-Access-Network-Info", .list)
        case .pAssociatedURI: HeaderFacts("P-Associated-URI", .list)
        case .pPreferredIdentity: HeaderFacts("P-Preferred-Identity", .list)
        case .pVisitedNetworkID: HeaderFacts("P-Visited-Network-ID", .list)
        case .priority: HeaderFacts("Priority", .one)
        case .privacy: HeaderFacts("Privacy", .one)
        case .proxyAuthenticate: HeaderFacts("Proxy-Authenticate", .lines)
        case .proxyAuthorization: HeaderFacts("Proxy-Authorization", .lines)
        case .proxyRequire: HeaderFacts("Proxy-Require", .list)
        case .rack: HeaderFacts("RAck", .one)
        case .reason: HeaderFacts("Reason", .list)
        case .recordRoute: HeaderFacts("Record-Route", .list)
        case .referTo: HeaderFacts("Refer-To", "r", .one)
        case .referredBy: HeaderFacts("Referred-By", "b", .one)
        case .rejectContact: HeaderFacts("Reject-Contact", "j", .list)
        case .remotePartyID: HeaderFacts("Remote-Party-ID", .list)
        case .replaces: HeaderFacts("Replaces", .one)
        case .replyTo: HeaderFacts("Reply-To", .one)
        case .require: HeaderFacts("Require", .list)
        case .requestDisposition: HeaderFacts("Request-Disposition", "d", .list)
        case .retryAfter: HeaderFacts("Retry-After", .one)
        case .route: HeaderFacts("Route", .list)
        case .rseq: HeaderFacts("RSeq", .one)
        case .server: HeaderFacts("Server", .one)
        case .serviceRoute: HeaderFacts("Service-Route", .list)
        case .sessionExpires: HeaderFacts("Session-Expires", "x", .one)
        case .sipETag: HeaderFacts("SIP-ETag", .one)
        case .sipIfMatch: HeaderFacts("SIP-If-Match", .one)
        case .subject: HeaderFacts("Subject", "s", .one)
        case .subscriptionState: HeaderFacts("Subscription-State", .one)
        case .supported: HeaderFacts("Supported", "k", .list)
        case .timestamp: HeaderFacts("Timestamp", .one)
        case .to: HeaderFacts("To", "t", .one)
        case .unsupported: HeaderFacts("Unsupported", .list)
        case .userAgent: HeaderFacts("User-Agent", .one)
        case .via: HeaderFacts("Via", "v", .list)
        case .warning: HeaderFacts("Warning", .list)
        case .wwwAuthenticate: HeaderFacts("WWW-Authenticate", .lines)
        case .other: HeaderFacts("", .lines)
        }
    }

    /// The name as it is written, for people.
    public var name: String { facts.name.description }

    /// The name as it is written, or `other`.
    public var codingWord: String { self == .other ? "other" : name }

    /// The name that stands in `range`, in full or compact form and any case; `other` if it isn't known.
    public init(_ bytes: Span<UInt8>, in range: ByteRange) {
        let bounds = bytes.clamped(range)
        self = HeaderNameIndex.shared.name(bytes, from: bounds.lowerBound, count: bounds.count)
    }
}
