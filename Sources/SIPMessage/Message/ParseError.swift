/// Which part of a message an error stands in.
public enum MessagePart: Hashable, Sendable, BitwiseCopyable {
    /// The request line or status line.
    case startLine
    /// A header field, by name.
    case header(HeaderName)
    /// The header fields as a whole: line ends, their number, the empty line after them.
    case headerSection
    /// The body or the length that was announced for it.
    case body
}

/// What is wrong with a message at one place. The raw value may be stored and counted by.
public enum ParseProblem: UInt8, Hashable, Sendable, BitwiseCopyable, CaseIterable {
    case notSIP, malformedMethod, malformedRequestURI, uriTooLong, extraSpace, unsupportedVersion
    case malformedStatusCode
    case messageTooLong, headerLineTooLong, tooManyHeaders, unterminatedHeaders
    case bareCarriageReturn, bareLineFeed, missingColon, malformedHeaderName
    case missing, repeated, empty, emptyElement, unexpectedByte, unexpectedEnd
    case unterminatedQuote, unterminatedBracket
    case malformedNumber, numberOutOfRange
    case malformedProtocol, malformedHost, malformedPort, malformedScheme, malformedEscape,
        malformedDisplayName
    case malformedParameter, repeatedParameter, missingParameter, tooManyParameters
    case needsBrackets, methodMismatch
    case contentLengthTooLarge, contentLengthMissing

    /// What is wrong, to follow "Via at byte 57: ".
    public var explanation: String {
        switch self {
        case .notSIP: "this is neither a SIP request line nor a SIP status line"
        case .malformedMethod: "the method is not a token"
        case .malformedRequestURI: "the Request-URI is not a URI"
        case .uriTooLong: "the URI is longer than allowed"
        case .extraSpace: "there is white space where the grammar has exactly one space"
        case .unsupportedVersion: "the protocol version is not SIP/2.0"
        case .malformedStatusCode: "the status code is not three digits from 100 to 699"
        case .messageTooLong: "the message is longer than allowed"
        case .headerLineTooLong: "the header line is longer than allowed"
        case .tooManyHeaders: "there are more header fields than allowed"
        case .unterminatedHeaders: "the empty line that ends the header fields is missing"
        case .bareCarriageReturn: "a carriage return stands without its line feed"
        case .bareLineFeed: "a line feed stands without its carriage return"
        case .missingColon: "the line has no colon"
        case .malformedHeaderName: "the name of the header field is not a token"
        case .missing: "the header field is missing"
        case .repeated: "the header field may be there only once"
        case .empty: "the value is empty"
        case .emptyElement: "an element of the list is empty"
        case .unexpectedByte: "this character may not stand here"
        case .unexpectedEnd: "the value ends too early"
        case .unterminatedQuote: "the quoted string has no end"
        case .unterminatedBracket: "the opening bracket is never closed"
        case .malformedNumber: "this is not a number"
        case .numberOutOfRange: "the number is out of range"
        case .malformedProtocol: "the protocol is not SIP/2.0 and a transport"
        case .malformedHost: "the host is no name, IPv4 address or bracketed IPv6 address"
        case .malformedPort: "the port is not a number up to 65535"
        case .malformedScheme: "the URI has no scheme"
        case .malformedEscape: "a percent sign is not followed by two hexadecimal digits"
        case .malformedDisplayName: "the display name is neither quoted nor made of tokens"
        case .malformedParameter: "a parameter is malformed"
        case .repeatedParameter: "a parameter is there twice"
        case .missingParameter: "a parameter that must be there is missing"
        case .tooManyParameters: "there are more parameters than allowed"
        case .needsBrackets: "a URI with a question mark must stand in angle brackets"
        case .methodMismatch: "the method differs from that of the request line"
        case .contentLengthTooLarge: "Content-Length is larger than what came"
        case .contentLengthMissing: "Content-Length is missing, without which a stream has no message ends"
        }
    }
}

/// The one error of this target: where in a message, and what is wrong there.
///
/// Six bytes that are cheap to throw; text is made only when somebody asks for `description`.
public struct ParseError: Error, Hashable, Sendable, BitwiseCopyable {
    /// The part of the message.
    public var part: MessagePart
    /// Offset from the message's first byte.
    public var offset: UInt16
    /// What is wrong there.
    public var problem: ParseProblem

    /// Puts the parts together.
    @inlinable
    public init(_ part: MessagePart, at offset: UInt16, _ problem: ParseProblem) {
        self.part = part
        self.offset = offset
        self.problem = problem
    }

    @inline(__always)
    init(_ part: MessagePart, at offset: Int, _ problem: ParseProblem) {
        self.init(part, at: UInt16(clamping: offset), problem)
    }

    @inline(__always)
    init(_ header: HeaderName, at offset: Int, _ problem: ParseProblem) {
        self.init(.header(header), at: UInt16(clamping: offset), problem)
    }
}

extension ParseError: CustomStringConvertible {
    /// One sentence: header, offset, what is wrong.
    public var description: String {
        let place =
            switch part {
            case .startLine: "Start line"
            case .header(.other): "Header"
            case .header(let name): name.name
            case .headerSection: "Headers"
            case .body: "Body"
            }
        return "\(place) at byte \(offset): \(problem.explanation)."
    }
}
