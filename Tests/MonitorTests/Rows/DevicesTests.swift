import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// Which bindings are a phone's ghosts.
struct DevicesTests {
    /// One address of record, its bindings by the names of a story.
    struct Scene {
        var driver = TableDriver()
        let monitor: Monitor
        private(set) var ids: [String: BindingID] = [:]
        private var phones: [String: TableDriver.Phone] = [:]

        init() { monitor = Monitor.watching(driver.table) }

        /// A contact registers at a second.
        mutating func register(_ name: String, at second: Int, _ change: (inout TableDriver.Phone) -> Void)
            throws
        {
            var phone = TableDriver.Phone(aor: "4417@example.test")
            phone.callID = "\(name)@192.168.1.4"
            change(&phone)
            driver.now = .zero + .seconds(second)
            let added = driver.add(phone)
            let id = try #require(added)
            ids[name] = id
            phones[name] = phone
            monitor.settle(at: driver.now)
        }

        mutating func refresh(_ name: String, at second: Int) {
            guard let id = ids[name], let phone = phones[name] else { return }
            driver.now = .zero + .seconds(second)
            driver.refresh(id, phone)
            monitor.settle(at: driver.now)
        }

        /// Names of the ghosts at a second, as the monitor keeps them; judging all anew gives the same.
        mutating func ghosts(at second: Int) -> [String] {
            driver.now = .zero + .seconds(second)
            monitor.settle(at: driver.now)
            let fresh = Devices(driver.bindings, at: driver.now).ghosts
            let kept = ids.filter { entry in
                monitor.rows.number(of: entry.value).map { monitor.rows.row($0).kin.contains(.ghost) }
                    ?? false
            }
            #expect(Set(kept.values) == fresh)
            return kept.keys.sorted()
        }

        func phones(at second: Int) -> Int { Devices(driver.bindings, at: .zero + .seconds(second)).phones }
    }

    private static let phone = Endpoint(address: IPAddress(ipv4: 0xcb00_7109), port: 40_000)

    @Test("RFC 5626 §4.1: the same instance from a new port and contact leaves a ghost")
    func instance() throws {
        var scene = Scene()
        for step in 0..<15 {
            try scene.register("contact-\(step)", at: step * 10) {
                $0.instance = 7
                $0.contact = "sip:4417@203.0.113.9:\(40_000 + step)"
                $0.source.port = UInt16(40_000 + step)
            }
        }
        #expect(scene.ghosts(at: 150).count == 14)
        #expect(!scene.ghosts(at: 150).contains("contact-14"))
        #expect(scene.phones(at: 150) == 1)
        // It was no ghost after all.
        scene.refresh("contact-3", at: 160)
        #expect(!scene.ghosts(at: 160).contains("contact-3"))
    }

    @Test("RFC 5626 §4.2: flows of one instance stand beside each other")
    func flows() throws {
        var scene = Scene()
        for (name, regID, second) in [("one", 1, 0), ("two", 2, 5), ("one again", 1, 20)] {
            try scene.register(name, at: second) {
                $0.instance = 7
                $0.regID = UInt32(regID)
                $0.contact = "sip:4417@203.0.113.9:\(40_000 + second)"
            }
        }
        #expect(scene.ghosts(at: 30) == ["one"])
        #expect(scene.phones(at: 30) == 1)
    }

    @Test func differentInstancesAreDifferentPhones() throws {
        var scene = Scene()
        for (name, instance) in [("desk", 1), ("kitchen", 2)] {
            try scene.register(name, at: instance * 10) {
                $0.instance = UInt32(instance)
                $0.callID = "same@192.168.1.4"
            }
        }
        #expect(scene.ghosts(at: 590).isEmpty)
        #expect(scene.phones(at: 590) == 2)
    }

    @Test("RFC 3261 §10.2.4: without an instance, the same Call-ID from a new contact leaves a ghost")
    func callID() throws {
        var scene = Scene()
        for (name, second) in [("before", 0), ("after", 60)] {
            try scene.register(name, at: second) {
                $0.callID = "b0fce403c178fa57"
                $0.agent = ""
                $0.contact = "sip:4417@203.0.113.9:\(40_000 + second)"
            }
        }
        #expect(scene.ghosts(at: 60) == ["before"])
        #expect(scene.phones(at: 60) == 1)
    }

    @Test func twoContactsOfOneRegisterAreOnePhoneAndNoGhosts() throws {
        var scene = Scene()
        for name in ["udp", "tcp"] {
            try scene.register(name, at: 0) {
                $0.callID = "both"
                $0.contact = "sip:4417@192.0.2.7;transport=\(name)"
            }
        }
        #expect(scene.ghosts(at: 500).isEmpty)
        #expect(scene.phones(at: 500) == 1)
    }

    /// After a restart: a new Call-ID, the same User-Agent, contact host, Call-ID host or source.
    @Test(arguments: ["contact", "call-id", "source"])
    func aRestartedPhoneLeavesAGhostOnceTheOldBindingIsLate(common: String) throws {
        var scene = Scene()
        for (name, second) in [("before", 0), ("after", 100)] {
            try scene.register(name, at: second) {
                let isSame = second == 0
                $0.contact = common == "contact" ? "sip:4417@192.168.1.4:\(5_060 + second)" : "sip:\(name)@x"
                $0.callID = common == "call-id" ? "\(second)@192.168.1.4" : name
                $0.source.address = IPAddress(ipv4: common == "source" || isSame ? 0x0a00_0001 : 0x0a00_0002)
            }
        }
        // The old one, granted 600 s, may yet refresh; in the last twentieth it should have.
        #expect(scene.ghosts(at: 569).isEmpty)
        #expect(scene.phones(at: 569) == 2)
        #expect(scene.ghosts(at: 570) == ["before"])
        #expect(scene.phones(at: 570) == 1)
    }

    @Test func twoPhonesOfOneModelBehindOneNATThatBothRefreshAreTwo() throws {
        var scene = Scene()
        func isSame(_ phone: inout TableDriver.Phone, _ port: UInt16) {
            phone.contact = "sip:4417@203.0.113.9:\(port)"
            phone.source = Endpoint(address: Self.phone.address, port: port)
            phone.granted = 120
        }
        try scene.register("desk", at: 0) { isSame(&$0, 40_001) }
        try scene.register("kitchen", at: 10) { isSame(&$0, 40_002) }
        for round in 1...10 {
            #expect(scene.ghosts(at: round * 60 - 1).isEmpty)
            scene.refresh("desk", at: round * 60)
            scene.refresh("kitchen", at: round * 60 + 10)
        }
        #expect(scene.phones(at: 615) == 2)
        // One loses power: it is late, not the other's ghost.
        scene.refresh("kitchen", at: 670)
        #expect(scene.ghosts(at: 719).isEmpty)
    }

    @Test func theGhostGoesWithItsSuccessor() throws {
        var scene = Scene()
        for (name, second) in [("before", 0), ("after", 60)] {
            try scene.register(name, at: second) {
                $0.instance = 7
                $0.contact = "sip:4417@203.0.113.9:\(40_000 + second)"
            }
        }
        #expect(scene.ghosts(at: 70) == ["before"])
        scene.driver.remove(try #require(scene.ids["after"]))
        #expect(scene.ghosts(at: 71).isEmpty)
        #expect(scene.monitor.overview(atSecond: 71)?.liveness.ghosts == 0)
    }

    @Test(arguments: [
        ("sip:4417@198.51.100.7:5062;ob", "4417@198.51.100.7"),
        ("sips:a:b@[2001:db8::1]:5061", "a:b@[2001:db8::1]"),
        ("sip:[2001:db8::1]", "[2001:db8::1]"), ("sip:host", "host"), ("", ""), (":", ""), ("sip:@:", "@"),
    ])
    func userAndHostWithoutPort(uri: String, expected: String) {
        #expect(String(decoding: Devices.userAndHost(Array(uri.utf8)), as: UTF8.self) == expected)
    }

    @Test func theDetailCountsPhonesAndNamesGhosts() throws {
        var scene = Scene()
        for step in 0..<4 {
            try scene.register("c\(step)", at: step) {
                $0.instance = step == 3 ? 8 : 7
                $0.contact = "sip:4417@203.0.113.9:\(40_000 + step)"
            }
        }
        let id = try #require(scene.ids["c3"])
        guard
            case .binding(let detail) = scene.monitor.answer(
                WindowQuery(subject: .binding(id), height: 1),
                at: .zero + .seconds(5)
            ).content
        else {
            Issue.record("no detail")
            return
        }
        #expect(detail.phones == 2)
        #expect(Set(detail.ghosts.map(\.binding.facts.id)) == Set(["c0", "c1"].compactMap { scene.ids[$0] }))
        #expect(detail.row.hasGhosts && !detail.row.isGhost)
    }
}
