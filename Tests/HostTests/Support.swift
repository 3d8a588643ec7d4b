import BindingTable
import ConsoleLink
import Foundation
import Glibc
import SIPDigest
import SIPMessage
import Support
import Synchronization
import Timing

@testable import Host

/// A folder of a test's own, removed with it.
final class ScratchFolder {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "regtop-test-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) -> String {
        let file = "\(path)/\(name)"
        _ = FileManager.default.createFile(atPath: file, contents: Data(text.utf8))
        return file
    }
}

/// A phone on a real loopback socket, for the few tests of the wired service.
final class LoopbackPhone {
    private let socket: DemoSocket
    private let user: String
    private let via: String
    private var cseq = 0
    private let callID = UUID().uuidString

    init?(_ user: String, registrar: Endpoint, transport: TransportKind = .udp) {
        guard
            let socket = DemoSocket(
                source: IPAddress(ipv4: 0x7f00_0001),
                transport: transport,
                registrar: registrar
            )
        else { return nil }
        via = transport == .udp ? "UDP" : "TCP"
        self.socket = socket
        self.user = user
    }

    deinit { close(socket.descriptor) }

    /// Sends a REGISTER, with credentials after a challenge, and returns the last status line.
    func register(password: String, domain: String = "sip.test", expires: Int = 60) throws -> String {
        let first = exchange(authorization: "", domain: domain, expires: expires)
        guard first.hasPrefix("SIP/2.0 401") else { return statusLine(first) }
        let worker = try DigestWorker(lane: 1)
        var client = DigestClient(user: Array(user.utf8), password: Array(password.utf8), algorithms: [.md5])
        var head = MessageHead()
        let bytes = Array(first.utf8)
        try head.parse(bytes.span)
        _ = client.take(head, bytes.span)
        let value = client.authorization(
            method: Array("REGISTER".utf8),
            uri: Array("sip:\(domain)".utf8),
            cnonce: Array("abc".utf8),
            using: worker
        )
        let text = value.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let answer = exchange(authorization: "Authorization: \(text)\r\n", domain: domain, expires: expires)
        return statusLine(answer)
    }

    private func statusLine(_ message: String) -> String {
        message.split(separator: "\r\n").first.map(String.init) ?? ""
    }

    private func exchange(authorization: String, domain: String, expires: Int) -> String {
        cseq += 1
        let text = """
            REGISTER sip:\(domain) SIP/2.0\r
            Via: SIP/2.0/\(via) 127.0.0.1:\(socket.local.port);branch=z9hG4bK\(callID)\(cseq);rport\r
            Max-Forwards: 70\r
            From: <sip:\(user)@\(domain)>;tag=1\r
            To: <sip:\(user)@\(domain)>\r
            Call-ID: \(callID)\r
            CSeq: \(cseq) REGISTER\r
            Contact: <sip:\(user)@127.0.0.1:\(socket.local.port)>\r
            Expires: \(expires)\r
            \(authorization)Content-Length: 0\r
            \r

            """
        return send(text) ? receive() : ""
    }

    /// Sends a message; false if it can't within five seconds. A stream may not be connected yet.
    func send(_ text: String) -> Bool {
        var ready = [pollfd(fd: socket.descriptor, events: Int16(POLLOUT), revents: 0)]
        return poll(&ready, 1, 5_000) > 0 && socket.send(Array(text.utf8))
    }

    /// What has come, until it has `text` in it; what there is if nothing more comes within five seconds.
    func receive(until text: String = "\r\n\r\n") -> String {
        var received = ""
        while !received.contains(text) {
            var waiting = [pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)]
            guard poll(&waiting, 1, 5_000) > 0, let bytes = socket.receive() else { break }
            received += String(decoding: bytes, as: UTF8.self)
        }
        return received
    }

    /// Asks for a user of the domain, as somebody from elsewhere.
    func ask(_ method: String, for callee: String, domain: String = "sip.test") -> Bool {
        send(
            """
            \(method) sip:\(callee)@\(domain) SIP/2.0\r
            Via: SIP/2.0/\(via) 127.0.0.1:\(socket.local.port);branch=z9hG4bK\(callID);rport\r
            Max-Forwards: 70\r
            From: <sip:\(user)@elsewhere.test>;tag=1\r
            To: <sip:\(callee)@\(domain)>\r
            Call-ID: \(callID)\r
            CSeq: 1 \(method)\r
            Contact: <sip:\(user)@127.0.0.1:\(socket.local.port)>\r
            Content-Length: 0\r
            \r

            """
        )
    }

    /// Answers a request with what it is answered by: the lines that it must give back.
    func answer(_ request: String, _ status: String) -> Bool {
        let names = ["via", "record-route", "from", "to", "call-id", "cseq"]
        let lines = request.split(separator: "\r\n").filter { line in
            names.contains { line.lowercased().hasPrefix("\($0):") }
        }.map { $0.hasPrefix("To:") ? "\($0);tag=2" : String($0) }
        let all = ["SIP/2.0 \(status)"] + lines + ["Content-Length: 0", "", ""]
        return send(all.joined(separator: "\r\n"))
    }
}

/// Waits for what another thread brings about, at most ten seconds; looks whenever `wake` is raised.
final class Awaited<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    private let wake = WakeUp()

    func add(_ value: Value) {
        values.withLock { $0.append(value) }
        wake.raise()
    }

    /// The first value that passes.
    func first(where passes: (Value) -> Bool) -> Value? {
        for _ in 0..<1_000 {
            if let found = values.withLock({ $0.first(where: passes) }) { return found }
            wake.wait(milliseconds: 10)
        }
        return nil
    }
}

extension Awaited {
    /// One has come that passes.
    func contains(where passes: (Value) -> Bool) -> Bool { values.withLock { $0.contains(where: passes) } }
}

extension Welcome {
    /// A welcome by a registrar of no particular place.
    init(_ you: OperatorIdentity, readOnlyBecause: String? = nil) {
        self.init(
            host: "h",
            listeners: [],
            startedAt: .zero,
            clock: ClockReading(timestamp: .zero, wall: WallTime(secondsSince1970: 0)),
            utcOffset: .zero,
            you: you,
            readOnlyBecause: readOnlyBecause,
            openDomains: []
        )
    }
}
