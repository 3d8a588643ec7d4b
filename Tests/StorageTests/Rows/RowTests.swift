import BindingTable
import GRDB
import SIPMessage
import Testing
import Timing

@testable import Storage

@Suite struct RowTests {
    private func text(_ endpoint: Endpoint) -> String {
        var out: [UInt8] = []
        EndpointText.append(endpoint, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    @Test(arguments: [
        "0.0.0.0:0", "192.0.2.1:5060", "255.255.255.255:65535", "[::]:0", "[::1]:9", "[2001:db8::1]:10000",
    ])
    func `an endpoint is read as it is written`(said: String) {
        let bytes = Array(said.utf8)
        let endpoint = EndpointText.endpoint(bytes.span)
        #expect(endpoint.map(text) == said)
    }

    @Test(arguments: [
        "", ":", "192.0.2.1", "192.0.2.1:", ":5060", "192.0.2.1:65536", "192.0.2.1:-1", "[192.0.2.1]:5060",
        "::1:5060", "[::1:5060", "[]:5060", "192.0.2:5060", "192.0.2.1:99999999999",
    ])
    func `what is no endpoint is none`(said: String) {
        let bytes = Array(said.utf8)
        let endpoint = EndpointText.endpoint(bytes.span)
        #expect(endpoint == nil)
    }

    @Test func `each transport's word means it, and no other word means one`() {
        for kind in TransportKind.allCases {
            let word = Array(kind.name.utf8)
            let read = BindingRow.transport(word.span)
            #expect(read == kind)
        }
        for word in ["", "u", "sctp", "UDP", "tbp"] {
            let bytes = Array(word.utf8)
            let read = BindingRow.transport(bytes.span)
            #expect(read == nil)
        }
    }

    @Test func `the ids of a partition are one range, and none is in two`() {
        var last: Int64?
        for partition in [128, 255, 0, 1, 127] {
            let keys = BindingRow.keys(of: partition)
            if let last { #expect(keys.lowerBound > last) }
            last = keys.upperBound
            let id = BindingID(partition: partition, generation: 77, slot: 9)
            #expect(keys.contains(BindingRow.key(id)))
        }
    }

    @Test func `texts are TEXT where a shell shows them whole, and BLOB else`() throws {
        let queue = try DatabaseQueue()
        try queue.write { database in
            try database.execute(sql: "CREATE TABLE sample (value ANY) STRICT")
            let insert = try RowStatement(database, "INSERT INTO sample VALUES (?)")
            for text: [UInt8] in [[], [0x61], Array("ü".utf8), [0xff], [0x61, 0]] {
                insert.add(text)
                try insert.run()
            }
        }
        let types = try queue.read { try String.fetchAll($0, sql: "SELECT typeof(value) FROM sample") }
        #expect(types == ["text", "text", "text", "blob", "blob"])
    }

    @Test func `a row that makes no sense is left out, and the rest is loaded`() throws {
        let columns = [
            "source = 'nowhere'", "local = ''", "transport = 'carrier pigeon'", "tls = 9", "version = -1",
            "granted = 4294967296", "connection = 7", "ping = -1", "badges = -1", "aor = zeroblob(70000)",
        ]
        let folder = try Folder()
        let office = try Office(folder)
        try office.register(.phone("good", at: office.clock.now))
        for (number, _) in columns.enumerated() {
            try office.register(.phone("u\(number)", at: office.clock.now))
        }
        for (number, column) in columns.enumerated() {
            try office.pragma("UPDATE binding SET \(column) WHERE aor = 'u\(number)@example.com'")
        }
        office.store.close()
        let again = try Office(folder, clock: office.clock)
        #expect(again.report.unreadable == columns.count)
        #expect(again.report.bindings == 1)
        #expect(try again.wait(folder) { try Int.fetchOne($0, sql: "SELECT count(*) FROM binding") == 1 })
        again.store.close()
    }
}
