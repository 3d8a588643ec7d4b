import BindingTable
import Registrar
import SIPMessage
import Support
import Testing
import Timing

/// What makes room for a contact too many, and what a phone's new contact takes the place of.
struct OverflowTests {
    private let aor = "alice@example.com"

    /// One contact of its own Call-ID for so many seconds.
    private func add(_ name: String, _ stage: Stage, expires: Int = 3_600) -> Int {
        var phone = Phone(callID: name)
        let status = stage.send(phone.register(contacts: ["<sip:\(name)@10.0.0.1>"], expires: expires)).status
        stage.advance(seconds: 1)
        return status
    }

    private func users(_ stage: Stage) -> [String] {
        stage.contacts(aor).map { String($0.dropFirst(4).prefix { $0 != "@" }) }
    }

    private func loseConnection(_ name: String, _ stage: Stage) {
        for binding in stage.bindings(aor)
        where binding.texts.contact.starts(with: Array("sip:\(name)@".utf8)) {
            stage.state.table.withPartition(at: binding.facts.id.partition) { partition in
                _ = partition.apply(
                    [.observe(binding.facts.id, .connectionGone(until: nil))],
                    aor: Array(aor.utf8).span,
                    texts: [UInt8]().span,
                    at: stage.now
                )
            }
        }
    }

    @Test func soonestLetsTheOneThatWouldEndFirstMakeRoom() throws {
        let stage = try Stage([.extended(contacts: ContactPolicy(maximum: 3, overflow: .soonest))])
        stage.watched = [aor]
        for (name, seconds) in [("a", 900), ("b", 300), ("c", 600)] { _ = add(name, stage, expires: seconds) }
        _ = stage.takeEvents()
        #expect(add("d", stage) == 200)
        #expect(stage.takeEvents() == ["removed(displaced) sip:b@10.0.0.1", "added sip:d@10.0.0.1"])
        #expect(add("e", stage) == 200)
        #expect(users(stage) == ["a", "d", "e"])
    }

    @Test func unreachableLetsWhatCannotBeReachedMakeRoomAndElseTheOldest() throws {
        let stage = try Stage([.extended(contacts: ContactPolicy(maximum: 3, overflow: .unreachable))])
        stage.transport = .tcp
        for name in ["a", "b", "c"] { _ = add(name, stage) }
        loseConnection("c", stage)
        loseConnection("b", stage)
        #expect(add("d", stage) == 200)
        #expect(users(stage) == ["a", "c", "d"], "b is gone as c is, and older")
        #expect(add("e", stage) == 200)
        #expect(users(stage) == ["a", "d", "e"])
        #expect(add("f", stage) == 200)
        #expect(users(stage) == ["d", "e", "f"], "all can be reached: the oldest")
    }

    @Test(
        "RFC 3261 §10.3: overflow is all or nothing, is counted after matching, and never touches what is named",
        arguments: [ContactPolicy.Overflow.reject, .oldest, .soonest, .unreachable]
    )
    func property(overflow: ContactPolicy.Overflow) throws {
        for seed in UInt64(1)...60 {
            var random = SeededGenerator(seed: seed)
            let maximum = 1 + random.below(4)
            let policy = ContactPolicy(maximum: UInt16(maximum), overflow: overflow)
            let stage = try Stage([.extended(contacts: policy)])
            stage.transport = .tcp
            for step in 0..<20 {
                let before = stage.bindings(aor)
                if random.below(3) == 0 { loseConnection("u\(random.below(6))", stage) }
                var wanted: Set<String> = []
                var removed: Set<String> = []
                var contacts: [String] = []
                for _ in 0...random.below(3) {
                    let user = "u\(random.below(6))"
                    guard !wanted.contains(user), !removed.contains(user) else { continue }
                    let isRemoval = random.below(4) == 0
                    if isRemoval { removed.insert(user) } else { wanted.insert(user) }
                    contacts.append("<sip:\(user)@h>;expires=\(isRemoval ? 0 : 60 + random.below(3_000))")
                }
                let held = Dictionary(
                    uniqueKeysWithValues: stage.bindings(aor).map {
                        (String(decoding: $0.texts.contact.dropFirst(4).dropLast(2), as: UTF8.self), $0)
                    }
                )
                var phone = Phone(callID: "c\(step)")
                let answer = stage.send(phone.register(contacts: contacts))
                let names = Set(users(stage))
                let bystanders = Set(held.keys).subtracting(wanted).subtracting(removed)
                let isNew = !wanted.subtracting(held.keys).isEmpty
                let room = maximum - wanted.count
                let mustFail =
                    isNew && (room < 0 || overflow == .reject && bystanders.count > room)
                #expect(answer.status == (mustFail ? 403 : 200), "seed \(seed) step \(step)")
                if mustFail {
                    #expect(stage.bindings(aor).count == before.count, "seed \(seed) step \(step)")
                    #expect(names == Set(held.keys), "seed \(seed) step \(step)")
                } else {
                    #expect(wanted.isSubset(of: names), "seed \(seed) step \(step)")
                    #expect(removed.isDisjoint(with: names), "seed \(seed) step \(step)")
                    let left = bystanders.intersection(names)
                    #expect(left.count == (isNew ? min(room, bystanders.count) : bystanders.count))
                    for gone in bystanders.subtracting(left) {
                        for stays in left {
                            let isFirst = makesRoom(held[gone]?.facts, before: held[stays]?.facts, overflow)
                            #expect(isFirst, "seed \(seed) step \(step): \(gone) before \(stays)")
                        }
                    }
                }
                stage.advance(seconds: 1 + random.below(40))
            }
        }
    }

    /// The rule as the settings' page says it.
    private func makesRoom(
        _ a: BindingFacts?,
        before b: BindingFacts?,
        _ overflow: ContactPolicy.Overflow
    ) -> Bool {
        guard let a, let b else { return false }
        switch overflow {
        case .reject: return false
        case .oldest: return a.refreshedAt <= b.refreshedAt
        case .soonest: return a.expiresAt <= b.expiresAt
        case .unreachable:
            if a.reachability.isDoubtful != b.reachability.isDoubtful { return a.reachability.isDoubtful }
            return a.refreshedAt <= b.refreshedAt
        }
    }

    // MARK: one phone, one binding

    private func domain(_ folding: ContactPolicy.Folding, maximum: UInt16 = 20) -> Domain {
        .extended(contacts: ContactPolicy(maximum: maximum, folding: folding))
    }

    @Test func onePhoneAndFourteenGhostsFoldIntoOne() throws {
        for (folding, count) in [(ContactPolicy.Folding.off, 15), (.instance, 1)] {
            let stage = try Stage([domain(folding)])
            stage.watched = [aor]
            for number in 1...15 {
                // A phone without rport learns its outer port from each answer and writes it into Contact.
                stage.source.port = 40_000 + UInt16(number)
                var phone = Phone(callID: "boot\(number)")
                let contact = flow("sip:alice@198.51.100.7:\(stage.source.port)")
                #expect(stage.send(phone.register(contacts: [contact])).status == 200)
                stage.advance(seconds: 30)
                if number < 15 { _ = stage.takeEvents() }
            }
            #expect(stage.bindings(aor).count == count)
            if folding == .instance {
                #expect(
                    stage.takeEvents() == [
                        "removed(displaced) sip:alice@198.51.100.7:40014",
                        "added sip:alice@198.51.100.7:40015",
                    ]
                )
            }
        }
    }

    @Test func ghostsFromBeforeTheSettingGoWithTheNextNewContact() throws {
        let stage = try Stage([domain(.off)])
        for number in 1...15 {
            var phone = Phone(callID: "boot\(number)")
            _ = stage.send(phone.register(contacts: [flow("sip:alice@10.0.0.1:\(6000 + number)")]))
        }
        var neighbour = Phone(callID: "neighbour")
        _ = stage.send(
            neighbour.register(contacts: [flow("sip:alice@10.0.0.1:7000", instance: "urn:uuid:9")])
        )
        var plain = Phone(callID: "plain")
        _ = stage.send(plain.register(contacts: ["<sip:alice@10.0.0.1:7001>"]))
        #expect(stage.bindings(aor).count == 17)
        stage.state.policy.reload(Policy(domains: [domain(.instance, maximum: 3)]))
        var phone = Phone(callID: "boot16")
        let answer = stage.send(phone.register(contacts: [flow("sip:alice@10.0.0.1:6016")]))
        #expect(answer.status == 200, "counted after folding")
        #expect(
            Set(stage.contacts(aor)) == [
                "sip:alice@10.0.0.1:7000", "sip:alice@10.0.0.1:7001", "sip:alice@10.0.0.1:6016",
            ]
        )
    }

    @Test("RFC 5626 §4.2: flows of one instance are not folded, nor are two contacts of one request")
    func flowsStay() throws {
        let stage = try Stage([domain(.instance)])
        for id in 1...2 {
            var phone = Phone(callID: "flow\(id)")
            let contact = flow("sip:alice@10.0.0.1:\(5060 + id)", id)
            _ = stage.send(phone.register(contacts: [contact], extra: ["Supported: outbound"]))
        }
        var phone = Phone(callID: "both")
        let both = [flow("sip:alice@10.0.0.1:6001"), flow("sip:alice@10.0.0.1:6002")]
        #expect(stage.send(phone.register(contacts: both)).status == 200)
        #expect(stage.bindings(aor).count == 4)
    }

    @Test("RFC 3261 §10.3 step 7: a late copy of an older REGISTER does not fold what came after it")
    func foldingKeepsTheOrder() throws {
        let stage = try Stage([domain(.instance)])
        var phone = Phone()
        phone.cseq = 4
        #expect(stage.send(phone.register(contacts: [flow("sip:new@10.0.0.1")])).status == 200)
        phone.cseq = 2
        #expect(stage.send(phone.register(contacts: [flow("sip:old@10.0.0.1")])).status == 400)
        #expect(stage.contacts(aor) == ["sip:new@10.0.0.1"])
    }
}
