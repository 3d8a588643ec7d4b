import SIPMessage
import SIPTransaction
import Timing

extension MessageEncoder {
    /// The Via of a request of our own that leaves by a way: our address there, `rport` where answers may meet
    /// a NAT of ours (RFC 3581 §3).
    mutating func ownVia(_ branch: Branch, over path: ReceivedFrom) {
        beginHeader(.via)
        bytes.append("SIP/2.0/")
        for byte in path.transport.name.utf8 { bytes.append(byte & ~0x20) }
        bytes.append(0x20)
        path.local.append(to: &bytes)
        if !path.transport.isReliable { bytes.append(";rport") }
        bytes.append(";branch=")
        branch.append(to: &bytes)
        endLine()
    }

    /// `Contact` with our own address as a way is seen to reach it.
    mutating func ownContact(over path: ReceivedFrom) {
        beginHeader(.contact)
        bytes.append("<sip:")
        path.local.append(to: &bytes)
        if path.transport != .udp {
            bytes.append(";transport=")
            bytes.append(contentsOf: path.transport.name.utf8)
        }
        bytes.append(">")
        endLine()
    }
}

extension Subscription {
    /// Writes the NOTIFY that carries a document, or that only asks whether anybody is there (RFC 6665 §4.2.2, §8.1.2; RFC 3261 §12.2.1.1).
    func notify(
        _ encoder: inout MessageEncoder,
        cseq: UInt32,
        branch: Branch,
        server: [UInt8],
        document: [UInt8]?,
        at now: Timestamp,
    ) {
        appendStart(&encoder)
        encoder.ownVia(branch, over: path)
        encoder.header(.maxForwards, "70")
        appendRoutes(&encoder)
        encoder.beginHeader(.from)
        encoder.bytes.append(0x3c)
        encoder.bytes.append(contentsOf: localURI)
        encoder.bytes.append(">;tag=")
        encoder.bytes.appendHexadecimal(localTag, digits: 16)
        encoder.endLine()
        encoder.beginHeader(.to)
        encoder.bytes.append(0x3c)
        encoder.bytes.append(contentsOf: remoteURI)
        encoder.bytes.append(">;tag=")
        encoder.bytes.append(contentsOf: remoteTag)
        encoder.endLine()
        encoder.beginHeader(.callID)
        encoder.bytes.append(contentsOf: callID)
        encoder.endLine()
        encoder.cseq(cseq, .notify)
        encoder.ownContact(over: path)
        encoder.beginHeader(.event)
        encoder.bytes.append("reg")
        if !eventID.isEmpty {
            encoder.bytes.append(";id=")
            encoder.bytes.append(contentsOf: eventID)
        }
        encoder.endLine()
        appendState(&encoder, isPending: document == nil, at: now)
        if !server.isEmpty {
            encoder.beginHeader(.userAgent)
            encoder.bytes.append(contentsOf: server)
            encoder.endLine()
        }
        let body = document ?? []
        if document != nil { encoder.header(.contentType, ReginfoDocument.contentType) }
        encoder.finish(body: body.span)
    }

    /// `active;expires=…`, `pending;expires=…` or `terminated;reason=…` (RFC 6665 §4.1.3).
    private func appendState(_ encoder: inout MessageEncoder, isPending: Bool, at now: Timestamp) {
        encoder.beginHeader(.subscriptionState)
        if let end, !isPending {
            encoder.bytes.append("terminated;reason=")
            encoder.bytes.append(end.word)
        } else {
            encoder.bytes.append(isPending ? "pending;expires=" : "active;expires=")
            encoder.bytes.appendDecimal(UInt64(clamping: max(0, (expiresAt - now).secondsRoundedUp)))
        }
        encoder.endLine()
    }

    /// The first proxy is a strict router: its URI is the Request-URI, and the target ends the Route.
    private var isStrict: Bool {
        guard let first = routes.first, let uri = uri(of: first) else { return false }
        let range = ByteRange(start: 0, count: UInt16(clamping: uri.count))
        guard let read = try? SIPURI(uri.span, in: range) else { return false }
        return read.parameter("lr", uri.span) == nil
    }

    private func appendStart(_ encoder: inout MessageEncoder) {
        let first = isStrict ? routes.first.flatMap { uri(of: $0) } : nil
        let text = first ?? target
        encoder.beginRequest(.notify, uri: withoutHeaders(text).span)
    }

    private func appendRoutes(_ encoder: inout MessageEncoder) {
        let isStrict = isStrict
        for route in isStrict ? routes.dropFirst() : routes[...] {
            encoder.beginHeader(.route)
            encoder.bytes.append(contentsOf: route)
            encoder.endLine()
        }
        guard isStrict else { return }
        encoder.beginHeader(.route)
        encoder.bytes.append(0x3c)
        encoder.bytes.append(contentsOf: target)
        encoder.bytes.append(0x3e)
        encoder.endLine()
    }

    /// The URI of a Record-Route value.
    private func uri(of route: [UInt8]) -> [UInt8]? {
        let range = ByteRange(start: 0, count: UInt16(clamping: route.count))
        guard let address = try? NameAddress(route.span, in: range, header: .route) else { return nil }
        return Array(route[address.uri.bounds])
    }
}

/// A URI as a Request-URI may have it: without headers (RFC 3261 §19.1.1).
func withoutHeaders(_ uri: [UInt8]) -> [UInt8] {
    let range = ByteRange(start: 0, count: UInt16(clamping: uri.count))
    guard let read = try? SIPURI(uri.span, in: range), !read.headers.isEmpty else { return uri }
    return Array(uri[..<max(0, Int(read.headers.start) - 1)])
}
