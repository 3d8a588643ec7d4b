internal import SIPMessage

/// Writes messages as the packets of a pcapng file: IP and UDP or TCP headers are made up around real
/// addresses, ports, times and bytes, so that Wireshark and sngrep read it as if it had been taken from the wire.
///
/// Every length is bounded by what its field can hold, whatever the messages are. Feed it in the order of time:
/// what is sent over a connection continues what was written of it before.
public struct CaptureWriter: Sendable {
    /// A datagram's payload is cut off here: more fits into no IPv4 packet.
    public static let mostDatagramBytes = 65_507
    /// Connections that are remembered; beyond, all are begun anew.
    static let mostStreams = 1 << 17

    /// The port of an endpoint whose port is not known.
    static let unknownPort: UInt16 = 5_060

    private var streams: [StreamName: StreamNumbers] = [:]
    private var packets: UInt16 = 0

    /// A file that has not begun.
    public init() {}

    /// The beginning of a file.
    ///
    /// - Parameters:
    ///   - program: name and version of who writes it.
    ///   - comment: what a reader should know of all of it.
    public func header(program: String, comment: String) -> [UInt8] {
        var out: [UInt8] = []
        CaptureBlock.section(program: program, comment: comment, to: &out)
        CaptureBlock.interface(to: &out)
        return out
    }

    /// Appends the packets of a message. One without bytes has none: false.
    @discardableResult
    public mutating func append(_ message: CapturedMessage, to out: inout [UInt8]) -> Bool {
        guard !message.bytes.isEmpty else { return false }
        var message = message
        var remarks = message.comment.isEmpty ? [] : [message.comment]
        if message.from.port == 0 || message.to.port == 0 {
            if message.from.port == 0 { message.from.port = Self.unknownPort }
            if message.to.port == 0 { message.to.port = Self.unknownPort }
            remarks.append("a port is not known: \(Self.unknownPort) stands for it")
        }
        switch message.transport {
        case .udp: appendDatagram(message, &remarks, to: &out)
        case .tcp: appendSegments(of: message.bytes, message, remarks, to: &out)
        case .tls:
            remarks.append("TLS on the wire: decrypted by the registrar, and written as SIP over TCP")
            appendSegments(of: message.bytes, message, remarks, to: &out)
        case .wss:
            remarks.append(
                "WebSocket over TLS on the wire: decrypted by the registrar, and written as SIP over TCP"
            )
            appendSegments(of: message.bytes, message, remarks, to: &out)
        case .ws: appendFrame(message, remarks, to: &out)
        }
        return true
    }

    // MARK: Datagrams

    private mutating func appendDatagram(
        _ message: CapturedMessage,
        _ remarks: inout [String],
        to out: inout [UInt8],
    ) {
        let count = min(message.bytes.count, Self.mostDatagramBytes)
        if count < message.bytes.count {
            remarks.append("cut off after \(count) of \(message.bytes.count) bytes: no datagram holds more")
        }
        let packet = InternetPacket(message.from, message.to, number: nextNumber()).datagram(
            message.bytes[..<count]
        )
        CaptureBlock.packet(packet, of: message, remarks, to: &out)
    }

    private mutating func nextNumber() -> UInt16 {
        packets &+= 1
        return packets
    }

    // MARK: Connections

    /// A WebSocket message (RFC 7118); a reader knows one by the upgrade before it.
    private mutating func appendFrame(
        _ message: CapturedMessage,
        _ remarks: [String],
        to out: inout [UInt8],
    ) {
        let name = StreamName(message)
        if streams[name]?.isUpgraded != true {
            let note = "made up: the upgrade to WebSocket was not kept"
            let asked = WebSocketText.request, granted = WebSocketText.reply
            var upgrade = message
            upgrade.isFromClient = true
            if !message.isFromClient { swap(&upgrade.from, &upgrade.to) }
            appendSegments(of: asked, upgrade, [note], to: &out)
            upgrade.isFromClient = false
            swap(&upgrade.from, &upgrade.to)
            appendSegments(of: granted, upgrade, [note], to: &out)
            streams[name]?.isUpgraded = true
        }
        let frame = WebSocketText.frame(message.bytes, isMasked: message.isFromClient)
        appendSegments(of: frame, message, remarks, to: &out)
    }

    /// The bytes in segments that no link is too narrow for; their receiver acknowledges them now and then, so that no
    /// window is ever full.
    private mutating func appendSegments(
        of bytes: [UInt8],
        _ message: CapturedMessage,
        _ remarks: [String],
        to out: inout [UInt8],
    ) {
        let name = StreamName(message)
        if streams.count >= Self.mostStreams, streams[name] == nil { streams.removeAll() }
        var numbers = streams[name] ?? StreamNumbers()
        defer { streams[name] = numbers }
        let size = InternetPacket.segmentBytes(message.from, message.to)
        var remarks = remarks
        var start = 0, unacknowledged = 0
        while start < bytes.count {
            let end = min(bytes.count, start + size)
            let segment = InternetPacket(message.from, message.to, number: nextNumber()).segment(
                bytes[start..<end],
                sequence: numbers.next(isFromClient: message.isFromClient),
                acknowledged: numbers.next(isFromClient: !message.isFromClient),
                isPushed: end == bytes.count
            )
            CaptureBlock.packet(segment, of: message, remarks, to: &out)
            numbers.advance(isFromClient: message.isFromClient, by: end - start)
            remarks = []
            unacknowledged += end - start
            start = end
            guard unacknowledged >= StreamNumbers.acknowledgedAfter, start < bytes.count else { continue }
            unacknowledged = 0
            acknowledge(message, numbers, to: &out)
        }
    }

    private mutating func acknowledge(
        _ message: CapturedMessage,
        _ numbers: StreamNumbers,
        to out: inout [UInt8],
    ) {
        var back = message
        swap(&back.from, &back.to)
        back.isFromClient.toggle()
        let segment = InternetPacket(back.from, back.to, number: nextNumber()).segment(
            [],
            sequence: numbers.next(isFromClient: back.isFromClient),
            acknowledged: numbers.next(isFromClient: message.isFromClient),
            isPushed: false
        )
        CaptureBlock.packet(segment, of: back, [], to: &out)
    }
}

/// The two ends of a connection: whoever opened it first.
private struct StreamName: Hashable, Sendable {
    var client: Endpoint, server: Endpoint

    init(_ message: CapturedMessage) {
        client = message.isFromClient ? message.from : message.to
        server = message.isFromClient ? message.to : message.from
    }
}

/// Where both directions of a connection stand. A file begins in the middle of every connection, so both begin with 1.
struct StreamNumbers: Sendable {
    /// So many bytes at most are sent before their receiver is heard: half of the window in each header.
    static let acknowledgedAfter = 32_768

    private var client: UInt32 = 1, server: UInt32 = 1
    /// Both ends speak WebSocket by now.
    var isUpgraded = false

    /// The number of the next byte of a direction.
    func next(isFromClient: Bool) -> UInt32 { isFromClient ? client : server }

    /// Counts bytes that were sent; numbers go round.
    mutating func advance(isFromClient: Bool, by count: Int) {
        if isFromClient {
            client &+= UInt32(truncatingIfNeeded: count)
        } else {
            server &+= UInt32(truncatingIfNeeded: count)
        }
    }
}
