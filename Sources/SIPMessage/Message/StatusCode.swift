/// A response's status code, 100 to 699, with the phrase that usually goes with it.
public struct StatusCode: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The three digits.
    public var rawValue: UInt16

    /// The status code with these digits.
    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// 1xx: not the end of the transaction.
    public var isProvisional: Bool { rawValue < 200 }
    /// 2xx.
    public var isSuccess: Bool { rawValue / 100 == 2 }
}

extension StatusCode {
    /// 100.
    public static let trying = StatusCode(rawValue: 100)
    /// 200.
    public static let ok = StatusCode(rawValue: 200)
    /// 202 (RFC 6665).
    public static let accepted = StatusCode(rawValue: 202)
    /// 302.
    public static let movedTemporarily = StatusCode(rawValue: 302)
    /// 400.
    public static let badRequest = StatusCode(rawValue: 400)
    /// 401.
    public static let unauthorized = StatusCode(rawValue: 401)
    /// 403.
    public static let forbidden = StatusCode(rawValue: 403)
    /// 404.
    public static let notFound = StatusCode(rawValue: 404)
    /// 405.
    public static let methodNotAllowed = StatusCode(rawValue: 405)
    /// 406.
    public static let notAcceptable = StatusCode(rawValue: 406)
    /// 407.
    public static let proxyAuthenticationRequired = StatusCode(rawValue: 407)
    /// 408.
    public static let requestTimeout = StatusCode(rawValue: 408)
    /// 413.
    public static let requestEntityTooLarge = StatusCode(rawValue: 413)
    /// 414.
    public static let requestURITooLong = StatusCode(rawValue: 414)
    /// 415.
    public static let unsupportedMediaType = StatusCode(rawValue: 415)
    /// 416.
    public static let unsupportedURIScheme = StatusCode(rawValue: 416)
    /// 420.
    public static let badExtension = StatusCode(rawValue: 420)
    /// 421.
    public static let extensionRequired = StatusCode(rawValue: 421)
    /// 423.
    public static let intervalTooBrief = StatusCode(rawValue: 423)
    /// 430 (RFC 5626).
    public static let flowFailed = StatusCode(rawValue: 430)
    /// 502 Bad Gateway.
    public static let badGateway = StatusCode(rawValue: 502)
    /// 439 (RFC 5626).
    public static let firstHopLacksOutboundSupport = StatusCode(rawValue: 439)
    /// 440 (RFC 5393).
    public static let maxBreadthExceeded = StatusCode(rawValue: 440)
    /// 480.
    public static let temporarilyUnavailable = StatusCode(rawValue: 480)
    /// 481.
    public static let callOrTransactionDoesNotExist = StatusCode(rawValue: 481)
    /// 482.
    public static let loopDetected = StatusCode(rawValue: 482)
    /// 483.
    public static let tooManyHops = StatusCode(rawValue: 483)
    /// 486.
    public static let busyHere = StatusCode(rawValue: 486)
    /// 487.
    public static let requestTerminated = StatusCode(rawValue: 487)
    /// 489 (RFC 6665).
    public static let badEvent = StatusCode(rawValue: 489)
    /// 500.
    public static let serverInternalError = StatusCode(rawValue: 500)
    /// 501.
    public static let notImplemented = StatusCode(rawValue: 501)
    /// 503.
    public static let serviceUnavailable = StatusCode(rawValue: 503)
    /// 505.
    public static let versionNotSupported = StatusCode(rawValue: 505)
    /// 513.
    public static let messageTooLarge = StatusCode(rawValue: 513)

    /// The phrase of RFC 3261 §21 or of the extension; that of the class for a code not listed.
    public var phrase: StaticString {
        switch rawValue {
        case 100: "Trying"
        case 180: "Ringing"
        case 181: "Call Is Being Forwarded"
        case 182: "Queued"
        case 183: "Session Progress"
        case 200: "OK"
        case 202: "Accepted"
        case 204: "No Notification"
        case 300: "Multiple Choices"
        case 301: "Moved Permanently"
        case 302: "Moved Temporarily"
        case 305: "Use Proxy"
        case 380: "Alternative Service"
        default: rawValue < 500 ? clientErrorPhrase : serverErrorPhrase
        }
    }

    private var clientErrorPhrase: StaticString {
        switch rawValue {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 407: "Proxy Authentication Required"
        case 408: "Request Timeout"
        case 410: "Gone"
        case 412: "Conditional Request Failed"
        case 413: "Request Entity Too Large"
        case 414: "Request-URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Unsupported URI Scheme"
        case 420: "Bad Extension"
        case 421: "Extension Required"
        case 423: "Interval Too Brief"
        case 428: "Use Identity Header"
        case 430: "Flow Failed"
        case 436: "Bad Identity-Info"
        case 437: "Unsupported Certificate"
        case 438: "Invalid Identity Header"
        case 439: "First Hop Lacks Outbound Support"
        case 440: "Max-Breadth Exceeded"
        case 480: "Temporarily Unavailable"
        case 481: "Call/Transaction Does Not Exist"
        case 482: "Loop Detected"
        case 483: "Too Many Hops"
        case 484: "Address Incomplete"
        case 485: "Ambiguous"
        case 486: "Busy Here"
        case 487: "Request Terminated"
        case 488: "Not Acceptable Here"
        case 489: "Bad Event"
        case 491: "Request Pending"
        case 493: "Undecipherable"
        default:
            rawValue < 200 ? "Progress" : rawValue < 300 ? "OK" : rawValue < 400 ? "Redirected" : "Refused"
        }
    }

    private var serverErrorPhrase: StaticString {
        switch rawValue {
        case 500: "Server Internal Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Server Time-out"
        case 505: "Version Not Supported"
        case 513: "Message Too Large"
        case 580: "Precondition Failure"
        case 600: "Busy Everywhere"
        case 603: "Decline"
        case 604: "Does Not Exist Anywhere"
        case 606: "Not Acceptable"
        default: rawValue < 600 ? "Server Failure" : "Refused Everywhere"
        }
    }
}
