import Foundation
import Glibc
import SIPMessage
import Synchronization
import Testing
import Transport

@Suite("One page over HTTP")
struct PageServerTests {
    private func server(patience: Int = 10_000, _ author: @escaping PageServer.Author) throws -> PageServer {
        try PageServer(
            listening: ListenAddress(transport: .tcp, host: "127.0.0.1", port: 0),
            path: "/metrics",
            patience: patience,
            author: author
        )
    }

    private func plain(_ accept: String, _ done: @escaping @Sendable (Page?) -> Void) {
        done(Page(contentType: "text/plain", text: "accepts \(accept)\n"))
    }

    /// Everything that comes back until the server closes the connection.
    private func ask(_ server: PageServer, _ request: String) throws -> String {
        let client = try TCPClient(to: server.endpoint)
        try client.send(Array(request.utf8))
        return String(decoding: client.receiveToEnd(), as: UTF8.self)
    }

    @Test("GET gets the page with its type and length, whatever the query, and the connection ends")
    func get() throws {
        let server = try server(plain)
        defer { server.stop() }
        let answer = try ask(
            server,
            "GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\nAccept: text/plain\r\nAccept: a/b\r\n\r\n"
        )
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("Content-Type: text/plain\r\nContent-Length: 23\r\n"))
        #expect(answer.hasSuffix("\r\n\r\naccepts text/plain,a/b\n"))
    }

    @Test(
        "Anything else is refused and nothing is made for it",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "404"),
            ("GET /metrics/ HTTP/1.1\r\nHost: a\r\n\r\n", "404"),
            ("POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "405"),
            ("DELETE /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "405"), ("nonsense\r\n\r\n", "400"),
        ]
    )
    func refusals(request: String, status: String) throws {
        let isAsked = Atomic(false)
        let server = try server { _, done in
            isAsked.store(true, ordering: .relaxed)
            done(nil)
        }
        defer { server.stop() }
        let answer = try ask(server, request)
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
        if status == "405" { #expect(answer.contains("Allow: GET\r\n")) }
        let wasAsked = isAsked.load(ordering: .relaxed)
        #expect(!wasAsked)
    }

    @Test("Who has nothing to tell yet says so")
    func nothing() throws {
        let server = try server { _, done in done(nil) }
        defer { server.stop() }
        #expect(try ask(server, "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 503 "))
    }

    @Test("Whoever takes too long is closed: one that asks nothing, and one whose answer never comes")
    func slow() throws {
        let server = try server(patience: 50) { _, _ in }
        defer { server.stop() }
        let silent = try TCPClient(to: server.endpoint)
        #expect(silent.receiveToEnd().isEmpty)
        #expect(try ask(server, "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n").isEmpty)
    }

    @Test("So many are let in and no more; when one has left another may come")
    func crowd() throws {
        let server = try server(plain)
        defer { server.stop() }
        var guests: [TCPClient] = []
        for _ in 0..<PageServer.maximumConnections {
            let guest = try TCPClient(to: server.endpoint)
            // Half a request: the connection is in, and stays.
            try guest.send(Array("GET /metrics HTTP/1.1\r\n".utf8))
            guests.append(guest)
        }
        #expect(try TCPClient(to: server.endpoint).receiveToEnd().isEmpty)
        try guests[0].send(Array("Host: a\r\n\r\n".utf8))
        #expect(!guests[0].receiveToEnd().isEmpty)
        #expect(try ask(server, "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 200"))
    }

    @Test("A page larger than any buffer reaches a reader that takes its time")
    func large() throws {
        let text = String(repeating: "x", count: 4 << 20)
        let server = try server { _, done in done(Page(contentType: "text/plain", text: text)) }
        defer { server.stop() }
        #expect(try ask(server, "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n").utf8.count > 4 << 20)
    }

    @Test("A port in use is one sentence that names it")
    func inUse() throws {
        let server = try server(plain)
        defer { server.stop() }
        let port = server.endpoint.port
        #expect(throws: TransportError.cannotListen(listener: "tcp:127.0.0.1:\(port)", errno: EADDRINUSE)) {
            try PageServer(
                listening: ListenAddress(transport: .tcp, host: "127.0.0.1", port: port),
                path: "/metrics",
                author: plain
            )
        }
    }
}

extension TCPClient {
    /// All that comes until the other side closes, however it does.
    fileprivate func receiveToEnd() -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return all }
            all += buffer[..<count]
        }
    }
}
