import Glibc
import Synchronization

/// A DNS server on loopback for tests: answers over UDP and TCP what it is told to, and notes what it was asked.
public final class NameServer: Sendable {
    /// What it does with a question.
    public enum Reply: Sendable {
        /// Answers with these records.
        case records([Record])
        /// The name does not exist, or has no such records; for so many seconds.
        case unknown(seconds: UInt32)
        case none(seconds: UInt32)
        /// Says nothing.
        case silence
        /// Over UDP that the answer is too long, over TCP these records.
        case overTCP([Record])
        /// An error by its number: 2 is a failure of the server.
        case error(UInt8)
        /// These bytes, behind the right number if so wanted.
        case bytes([UInt8], isNumbered: Bool)
    }

    /// One record with its data as on the wire.
    public struct Record: Sendable {
        var name: String
        var type: UInt16
        var seconds: UInt32
        var data: [UInt8]

        /// Puts the parts together.
        public init(_ name: String, type: UInt16, seconds: UInt32 = 300, data: [UInt8]) {
            self.name = name
            self.type = type
            self.seconds = seconds
            self.data = data
        }

        /// An IPv4 address of four bytes.
        public static func a(_ name: String, _ address: [UInt8], seconds: UInt32 = 300) -> Record {
            Record(name, type: 1, seconds: seconds, data: address)
        }

        /// The name is another's.
        public static func alias(_ name: String, _ target: String, seconds: UInt32 = 300) -> Record {
            Record(name, type: 5, seconds: seconds, data: NameServer.name(target))
        }

        /// Priority, weight, port, target.
        public static func srv(
            _ name: String,
            _ priority: UInt16,
            _ weight: UInt16,
            _ port: UInt16,
            _ target: String,
        ) -> Record {
            let numbers = [priority, weight, port].flatMap(NameServer.word)
            return Record(name, type: 33, data: numbers + NameServer.name(target))
        }

        /// Order, flags, service, replacement.
        public static func naptr(
            _ name: String,
            _ order: UInt16,
            _ flags: String,
            _ service: String,
            _ replacement: String,
            expression: String = "",
        ) -> Record {
            let texts = [flags, service, expression].flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
            let numbers = NameServer.word(order) + NameServer.word(10)
            return Record(name, type: 35, data: numbers + texts + NameServer.name(replacement))
        }
    }

    /// Where it listens on 127.0.0.1.
    public let port: UInt16
    private let datagrams: Int32
    private let streams: Int32
    private let questions = Mutex<[String]>([])
    private let isStopped = Mutex(false)

    /// Starts; `answer` gets the name in lower case and the number of the type.
    public init(_ answer: @escaping @Sendable (_ name: String, _ type: UInt16) -> Reply) throws {
        (datagrams, streams, port) = try Self.open()
        Self.detach { [self] in serveDatagrams(answer) }
        Self.detach { [self] in serveStreams(answer) }
    }

    /// What was asked so far: `srv _sip._udp.example.com`, with ` tcp` behind it if it came so.
    public var asked: [String] { questions.withLock { $0 } }

    /// Answers nothing more.
    public func stop() {
        isStopped.withLock { $0 = true }
        shutdown(streams, Int32(SHUT_RDWR))
        shutdown(datagrams, Int32(SHUT_RDWR))
    }

    /// `127.0.0.1:port`.
    public var address: String { "127.0.0.1:\(port)" }

    // MARK: Messages

    /// A whole reply to a question.
    public static func reply(to question: [UInt8], _ reply: Reply, overTCP: Bool = false) -> [UInt8]? {
        guard question.count > 12, let end = question[12...].firstIndex(of: 0), end + 5 <= question.count
        else {
            return nil
        }
        let asked = question[12..<(end + 5)]
        func message(_ flags: UInt16, _ records: [Record] = [], authority: [Record] = []) -> [UInt8] {
            Array(question[..<2]) + word(flags) + word(1) + word(UInt16(records.count))
                + word(UInt16(authority.count)) + word(0) + asked + (records + authority).flatMap(encode)
        }
        let name = text(question)
        switch reply {
        case .silence: return nil
        case .records(let records): return message(0x8180, records)
        case .overTCP(let records): return overTCP ? message(0x8180, records) : message(0x8380)
        case .error(let code): return message(0x8180 | UInt16(code))
        case .bytes(let bytes, let isNumbered): return (isNumbered ? Array(question[..<2]) : []) + bytes
        case .unknown(let seconds), .none(let seconds):
            var flags: UInt16 = 0x8180
            if case .unknown = reply { flags |= 3 }
            let numbers = [1, 2, 3, 4, seconds].flatMap { word(UInt16($0 >> 16)) + word(UInt16($0 & 0xffff)) }
            let data = Self.name("ns.example") + Self.name("root.example") + numbers
            return message(flags, authority: [Record(name, type: 6, seconds: seconds, data: data)])
        }
    }

    /// The name that a question asks for.
    static func text(_ question: [UInt8]) -> String {
        var labels: [String] = []
        var place = 12
        while place < question.count, question[place] != 0 {
            let end = place + 1 + Int(question[place])
            guard end <= question.count else { break }
            labels.append(String(decoding: question[(place + 1)..<end], as: UTF8.self).lowercased())
            place = end
        }
        return labels.joined(separator: ".")
    }

    /// A name on the wire, uncompressed.
    public static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    /// Two bytes, the higher first.
    public static func word(_ word: UInt16) -> [UInt8] { [UInt8(word >> 8), UInt8(word & 0xff)] }

    static func encode(_ record: Record) -> [UInt8] {
        let seconds = word(UInt16(record.seconds >> 16)) + word(UInt16(record.seconds & 0xffff))
        return name(record.name) + word(record.type) + word(1) + seconds
            + word(UInt16(record.data.count)) + record.data
    }

    // MARK: Sockets

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// A thread of its own: a pool starts none as long as others of its threads wait.
    private static func detach(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Body(body)).toOpaque()
        pthread_create(
            &thread,
            nil,
            { context in
                if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            },
            context
        )
        pthread_detach(thread)
    }

    private func note(_ question: [UInt8], _ suffix: String = "") -> (name: String, type: UInt16) {
        let name = Self.text(question)
        let place = 12 + (name.isEmpty ? 1 : name.utf8.count + 2)
        guard place + 1 < question.count else { return (name, 0) }
        let type = UInt16(question[place]) << 8 | UInt16(question[place + 1])
        let kinds: [UInt16: String] = [1: "a", 28: "aaaa", 33: "srv", 35: "naptr"]
        questions.withLock { $0.append("\(kinds[type] ?? "\(type)") \(name)\(suffix)") }
        return (name, type)
    }

    private func serveDatagrams(_ answer: @Sendable (String, UInt16) -> Reply) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            var peer = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let count = withUnsafeMutablePointer(to: &peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(datagrams, &buffer, buffer.count, 0, $0, &length)
                }
            }
            if isStopped.withLock({ $0 }) || count < 0 { break }
            let question = Array(buffer[..<count])
            let (name, type) = note(question)
            guard let reply = Self.reply(to: question, answer(name, type)) else { continue }
            _ = withUnsafePointer(to: &peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(datagrams, reply, reply.count, 0, $0, length)
                }
            }
        }
        close(datagrams)
    }

    private func serveStreams(_ answer: @Sendable (String, UInt16) -> Reply) {
        while true {
            let connection = accept(streams, nil, nil)
            if isStopped.withLock({ $0 }) || connection < 0 {
                if connection >= 0 { close(connection) }
                break
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(connection, &buffer, buffer.count)
            if count > 2 {
                let question = Array(buffer[2..<count])
                let (name, type) = note(question, " tcp")
                if let reply = Self.reply(to: question, answer(name, type), overTCP: true) {
                    let framed = Self.word(UInt16(reply.count)) + reply
                    _ = send(connection, framed, framed.count, Int32(MSG_NOSIGNAL))
                }
            }
            close(connection)
        }
        close(streams)
    }

    private struct NoPort: Error {}

    /// A port that both protocols have free.
    private static func open() throws -> (Int32, Int32, UInt16) {
        for _ in 0..<50 {
            let streams = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            let datagrams = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            if let port = bind(streams, port: 0), bind(datagrams, port: port) != nil, listen(streams, 16) == 0
            {
                return (datagrams, streams, port)
            }
            close(streams)
            close(datagrams)
        }
        throw NoPort()
    }

    private static func bind(_ descriptor: Int32, port: UInt16) -> UInt16? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                guard Glibc.bind(descriptor, $0, length) == 0, getsockname(descriptor, $0, &length) == 0
                else { return nil }
                return UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
    }
}
