import BindingTable
import Registrar
import SIPDigest
import SIPMessage
import Support
import Testing

/// RFC 5627: URIs that lead to one instance of an address of record.
struct GRUUTests {
    private let aor = "alice@example.com"
    private let supports = "Supported: gruu"

    private func parameter(_ name: String, of contact: String?) -> String? {
        guard let contact, let start = contact.firstRange(of: ";\(name)=\"") else { return nil }
        return String(contact[start.upperBound...].prefix { $0 != "\"" })
    }

    private func target(_ uri: String, _ stage: Stage) throws -> GRUU.Target {
        let bytes = Array(uri.utf8)
        let read = try SIPURI(bytes.span, in: ByteRange(start: 0, count: UInt16(bytes.count)))
        return GRUU.target(
            of: read,
            bytes.span,
            in: stage.state,
            at: stage.now,
            using: try DigestWorker(lane: 77)
        )
    }

    private func ids(_ stage: Stage) -> [BindingID] { stage.bindings(aor).map(\.facts.id) }

    @Test(
        "RFC 5627 §5.2: pub-gruu and temp-gruu for a phone that supports gruu and has an instance, else neither"
    )
    func offered() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        let plain = stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1")])).value("Contact")
        #expect(plain == "<sip:a@10.0.0.1>;+sip.instance=\"<urn:uuid:0001>\";expires=3600")
        let answer = stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1")], extra: [supports]))
        let contact = answer.value("Contact")
        #expect(parameter("pub-gruu", of: contact) == "sip:alice@example.com;gr=urn:uuid:0001")
        let temporary = try #require(parameter("temp-gruu", of: contact))
        #expect(temporary.hasPrefix("sip:") && temporary.hasSuffix("@example.com;gr"))
        #expect(temporary.count == "sip:@example.com;gr".count + SealedText.count)
        #expect(contact?.hasSuffix(";expires=3600") == true)
        #expect(answer.value("Require") == nil, "§5.2: gruu is never required of the phone")
        let bare = stage.send(phone.register(contacts: ["<sip:b@10.0.0.2>"], extra: [supports]))
        #expect(bare.values("Contact").first == "<sip:b@10.0.0.2>;expires=3600")
        #expect(bare.values("Contact").last?.contains("pub-gruu") == true, "each contact has its own")
        let query = stage.send(phone.register(contacts: [], extra: [supports]))
        #expect(query.values("Contact").contains { parameter("temp-gruu", of: $0) != nil })
    }

    @Test("RFC 5627 §5.2: none where the domain offers none")
    func off() throws {
        let stage = try Stage([.extended(ExtensionPolicy(offersGRUU: false))])
        var phone = Phone()
        let answer = stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1")], extra: [supports]))
        #expect(answer.text.contains("gruu") == false)
        #expect(stage.send(phone.register(extra: ["Require: gruu"])).value("Unsupported") == "gruu")
    }

    @Test("RFC 5627 §5.3, RFC 3261 §19.1.2: what may not stand in a URI is escaped")
    func escaped() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        phone.to = "<sip:al%20ice%22%3c@example.com>"
        let contact = flow("sip:a@10.0.0.1", instance: "urn:x-odd:a;b=c%41\\\"d\\\\e?f@g é")
        let answer = stage.send(phone.register(contacts: [contact], extra: [supports]))
        #expect(
            parameter("pub-gruu", of: answer.value("Contact"))
                == "sip:al%20ice%22%3C@example.com;gr=urn:x-odd:a%3Bb%3Dc%2541%22d%5Ce%3Ff%40g%20%C3%A9"
        )
    }

    @Test(
        "RFC 5627 §5.1: the public one never changes, each refresh makes another temporary one, all of them good"
    )
    func freshness() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        var publics: Set<String> = []
        var temporaries: [String] = []
        for _ in 0..<5 {
            let answer = stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1")], extra: [supports]))
            publics.insert(try #require(parameter("pub-gruu", of: answer.value("Contact"))))
            temporaries.append(try #require(parameter("temp-gruu", of: answer.value("Contact"))))
            stage.advance(seconds: 60)
        }
        #expect(publics.count == 1)
        #expect(Set(temporaries).count == 5)
        for uri in temporaries + Array(publics) { #expect(try target(uri, stage) == .instance(ids(stage))) }
        #expect(stage.bindings(aor).count == 1, "nothing grows")
    }

    @Test("RFC 5627 §5.1: temporary ones end with the Call-ID or with the instance; the public one stays")
    func end() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        let answer = stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1")], extra: [supports]))
        let temporary = try #require(parameter("temp-gruu", of: answer.value("Contact")))
        let lasting = try #require(parameter("pub-gruu", of: answer.value("Contact")))
        var restarted = Phone(callID: "restarted")
        let next = stage.send(restarted.register(contacts: [flow("sip:a@10.0.0.1")], extra: [supports]))
        #expect(try target(temporary, stage) == .over)
        #expect(try target(lasting, stage) == .instance(ids(stage)))
        let newer = try #require(parameter("temp-gruu", of: next.value("Contact")))
        #expect(try target(newer, stage) == .instance(ids(stage)))
        _ = stage.send(restarted.register(contacts: [flow("sip:a@10.0.0.1")], expires: 0))
        #expect(try target(newer, stage) == .over)
        #expect(try target(lasting, stage) == .instance([]), "480: the instance may come back")
    }

    @Test("RFC 5627 §6.1: a GRUU leads to its instance only, with all its flows, latest first")
    func oneInstance() throws {
        let stage = try Stage([.extended()])
        var temporaries: [String] = []
        for (id, instance) in [(1, "urn:uuid:a"), (2, "urn:uuid:a"), (1, "urn:uuid:b")] {
            var phone = Phone(callID: "\(instance.suffix(1))\(id)")
            let contact = flow("sip:a@10.0.0.1", id, instance: instance)
            let answer = stage.send(phone.register(contacts: [contact], extra: ["Supported: gruu, outbound"]))
            temporaries.append(try #require(parameter("temp-gruu", of: answer.values("Contact").first)))
            stage.advance(seconds: 1)
        }
        let all = ids(stage)
        let expected: [[BindingID]] = [[all[1], all[0]], [all[1], all[0]], [all[2]]]
        for (uri, ids) in zip(temporaries, expected) { #expect(try target(uri, stage) == .instance(ids)) }
        #expect(try target("sip:alice@example.com;gr=urn:uuid:B", stage) == .instance([all[2]]))
        #expect(try target("sip:alice@example.com;gr=urn:uuid:c", stage) == .instance([]))
        #expect(try target("sip:bob@example.com;gr=urn:uuid:a", stage) == .instance([]))
        #expect(try target("sip:alice@example.com", stage) == .unknown)
    }

    @Test("RFC 5627 §9: nobody can make a temporary GRUU or change one; two of them have nothing in common")
    func forged() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        var texts: [[UInt8]] = []
        for _ in 0..<2 {
            let answer = stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1")], extra: [supports]))
            texts.append(Array(try #require(parameter("temp-gruu", of: answer.value("Contact"))).utf8))
        }
        let same = zip(texts[0], texts[1]).dropFirst(4).prefix(SealedText.count).filter { $0 == $1 }.count
        #expect(same < 12, "48 characters of 64 agree in less than one by chance, and hardly ever in a dozen")
        for index in 4..<4 + SealedText.count {
            var changed = texts[0]
            changed[index] = changed[index] == 0x41 ? 0x42 : 0x41
            #expect(try target(String(decoding: changed, as: UTF8.self), stage) == .unknown, "\(index)")
        }
        #expect(try target("sip:alice@example.com;gr", stage) == .unknown)
        let other = try Stage([.extended()])
        #expect(
            try target(String(decoding: texts[0], as: UTF8.self), other) == .over,
            "no such binding there"
        )
    }

    @Test("RFC 5627 §5.2: pub-gruu and temp-gruu that a phone sends are not taken over")
    func stripped() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        let lie = ";pub-gruu=\"sip:boss@example.com;gr=x\";Temp-GRUU=\"sip:y@example.com;gr\";z=1"
        let answer = stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1", extra: lie)]))
        #expect(
            answer.value("Contact") == "<sip:a@10.0.0.1>;+sip.instance=\"<urn:uuid:0001>\";z=1;expires=3600"
        )
        let asked = stage.send(
            phone.register(contacts: [flow("sip:a@10.0.0.1", extra: lie)], extra: [supports])
        )
        #expect(asked.text.contains("boss") == false)
        #expect(parameter("pub-gruu", of: asked.value("Contact")) == "sip:alice@example.com;gr=urn:uuid:0001")
    }

    @Test(
        "RFC 5627 §5.1: a contact that is the address of record or a GRUU of it is 403",
        arguments: [
            ("sip:alice@example.com", true), ("sip:%61lice@EXAMPLE.com", true),
            ("sip:alice@example.com;gr=urn:uuid:9", true), ("sip:token@example.com;gr", true),
            ("sip:token@example.com;gr;alias=1~2~3", true),
            ("sip:alice@example.com:5060", false), ("sip:bob@example.com", false),
            ("sip:alice@other.example;gr=urn:uuid:9", false), ("sip:alice@10.0.0.1", false),
        ]
    )
    func loops(uri: String, isRefused: Bool) throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        let contacts = ["<sip:ok@10.0.0.1>", flow(uri)]
        let answer = stage.send(phone.register(contacts: contacts, extra: [supports]))
        #expect(answer.status == (isRefused ? 403 : 200))
        if isRefused { #expect(stage.handling?.exchange.refusal == .contactLoops(position: 2)) }
        #expect(stage.bindings(aor).count == (isRefused ? 0 : 2))
    }

    @Test func aRepeatedRequestGetsTheSameGRUUsEvenWhenItsReplyIsForgotten() throws {
        let stage = try Stage([.extended()], replyBytes: 4_096)
        var phone = Phone()
        let text = phone.register(contacts: [flow("sip:a@10.0.0.1")], extra: [supports])
        let first = stage.send(text).value("Contact")
        for number in 0..<64 {
            var other = Phone("u\(number)", callID: "o\(number)")
            _ = stage.send(other.register())
        }
        #expect(stage.send(text).value("Contact") == first)
    }

    @Test func aLongListOfContactsIsWrittenWithItsGRUUs() throws {
        let stage = try Stage([.extended(contacts: ContactPolicy(maximum: 40))])
        for number in 0..<40 {
            var phone = Phone(callID: "c\(number)")
            let contact = flow("sip:a@10.0.0.\(number)", instance: "urn:uuid:\(number)")
            let answer = stage.send(phone.register(contacts: [contact], extra: [supports]))
            #expect(answer.values("Contact").count == number + 1)
            #expect(answer.values("Contact").allSatisfy { parameter("temp-gruu", of: $0) != nil })
        }
    }
}
