import Foundation
import Glibc
import Registrar
import SIPMessage
import Support
import Testing
import Timing
import Transport

@testable import Host

/// NOTIFYs and pings over real sockets: what the core wants sent leaves by the loop that it lives on.
@Suite("Requests of the registrar's own")
struct OwnRequestsTests {
    private let folder = ScratchFolder()

    private func service(_ listener: String) throws -> RegistrarService {
        var settings = Settings()
        settings.listen = [listener]
        settings.open = true
        settings.domains["sip.test"] = DomainSettings()
        settings.domains["sip.test"]?.ping.every = 1
        return try RegistrarService(
            settings: settings,
            audit: AuditLog(path: "\(folder.path)/audit.log"),
            log: { _ in }
        )
    }

    /// Reads until a message with this start comes, at most five seconds for each.
    private func message(_ start: String, from socket: DemoSocket) -> String? {
        for _ in 0..<20 {
            var waiting = [pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)]
            guard poll(&waiting, 1, 5_000) > 0 else { return nil }
            guard let bytes = socket.receive(), !bytes.isEmpty else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            if let found = text.range(of: start) { return String(text[found.lowerBound...]) }
        }
        return nil
    }

    private func request(_ method: String, _ uri: String, _ socket: DemoSocket, _ extra: String) -> [UInt8] {
        let way = "127.0.0.1:\(socket.local.port)"
        return Array(
            """
            \(method) \(uri) SIP/2.0\r
            Via: SIP/2.0/UDP \(way);branch=z9hG4bK\(method);rport\r
            Max-Forwards: 70\r
            From: <sip:alice@sip.test>;tag=1\r
            To: <sip:alice@sip.test>\r
            Call-ID: \(method)@test\r
            CSeq: 1 \(method)\r
            Contact: <sip:alice@\(way)>\r
            \(extra)Content-Length: 0\r
            \r

            """.utf8
        )
    }

    @Test("Over UDP and TCP a subscriber is told at once, and a phone is asked", arguments: ["udp", "tcp"])
    func overRealSockets(transport: String) throws {
        let service = try service("\(transport):127.0.0.1:0")
        defer { service.stop() }
        let kind: TransportKind = transport == "udp" ? .udp : .tcp
        let registrar = try #require(service.listeners.first?.endpoint)
        let made = DemoSocket(source: IPAddress(ipv4: 0x7f00_0001), transport: kind, registrar: registrar)
        let socket = try #require(made)
        defer { close(socket.descriptor) }
        var writable = [pollfd(fd: socket.descriptor, events: Int16(POLLOUT), revents: 0)]
        #expect(poll(&writable, 1, 5_000) == 1)
        #expect(socket.send(request("REGISTER", "sip:sip.test", socket, "Expires: 60\r\n")))
        #expect(message("SIP/2.0 200", from: socket) != nil)
        #expect(socket.send(request("SUBSCRIBE", "sip:alice@sip.test", socket, "Event: reg\r\n")))
        var notify = message("NOTIFY sip:alice@127.0.0.1", from: socket)
        if transport == "udp" {
            // Over UDP nothing proves yet that we are where the SUBSCRIBE came from.
            let question = try #require(notify)
            #expect(question.contains("Subscription-State: pending"))
            #expect(socket.send(answer(to: question)))
            notify = message("NOTIFY sip:alice@127.0.0.1", from: socket)
        }
        #expect(notify?.contains("<uri>sip:alice@127.0.0.1:\(socket.local.port)</uri>") == true)
        let ping = message("OPTIONS sip:alice@127.0.0.1:\(socket.local.port) SIP/2.0", from: socket)
        #expect(ping?.contains("To: <sip:alice@sip.test>") == true)
    }

    /// 200 to a request, with the headers that a response repeats (RFC 3261 §8.2.6.2).
    private func answer(to request: String) -> [UInt8] {
        let names = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"]
        let repeated = request.split(separator: "\r\n").filter { line in names.contains { line.hasPrefix($0) }
        }
        return Array(
            (["SIP/2.0 200 OK"] + repeated + ["Content-Length: 0", "", ""]).joined(separator: "\r\n").utf8
        )
    }
}
