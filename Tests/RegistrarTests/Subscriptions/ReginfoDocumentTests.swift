import BindingTable
import SIPMessage
import Support
import Testing

@testable import Registrar

/// `application/reginfo+xml`, RFC 3680 §5: what is written reads back.
@Suite struct ReginfoDocumentTests {
    private func contact(
        _ number: UInt64 = 1,
        uri: [UInt8] = Array("sip:a@10.0.0.1".utf8),
        event: ContactEvent = .registered,
        isActive: Bool = true,
    ) -> ReginfoContact {
        ReginfoContact(
            id: BindingID(rawValue: number),
            event: event,
            isActive: isActive,
            expires: isActive ? 3_600 : nil,
            retryAfter: event == .probation ? 60 : nil,
            q: 500,
            duration: 12,
            cseq: 7,
            uri: uri,
            callID: Array("call@1".utf8),
            parameters: Array(";+sip.instance=\"<urn:uuid:0>\";reg-id=1;ob".utf8)
        )
    }

    private func document(
        _ contacts: [ReginfoContact],
        aor: [UInt8] = Array("alice@example.com".utf8),
        isFull: Bool = true,
        state: ReginfoDocument.State = .active,
    ) -> ReginfoDocument {
        var document = ReginfoDocument(version: 3, isFull: isFull, aor: aor, id: 9, state: state)
        for contact in contacts {
            let isWritten = document.append(contact)
            #expect(isWritten)
        }
        document.finish()
        return document
    }

    @Test("RFC 3680 §5.1: every attribute of reginfo, registration and contact")
    func attributes() throws {
        let read = try Reginfo(document([contact()]).bytes)
        #expect(read.version == 3)
        #expect(read.isFull)
        #expect(read.aor == "sip:alice@example.com")
        #expect(read.id == "r0000000000000009")
        #expect(read.state == "active")
        let contact = try #require(read.contacts.first)
        #expect(
            contact.attributes == [
                "id": "c0000000000000001", "state": "active", "event": "registered", "expires": "3600",
                "q": "0.5", "duration-registered": "12", "callid": "call@1", "cseq": "7",
            ]
        )
        #expect(contact.uri == "sip:a@10.0.0.1")
        let parameters = [
            Reginfo.Parameter("+sip.instance", "\"<urn:uuid:0>\""), Reginfo.Parameter("reg-id", "1"),
            Reginfo.Parameter("ob", ""),
        ]
        #expect(contact.parameters == parameters)
    }

    @Test("RFC 3680 §5.1: the states of a registration and both kinds of document")
    func states() throws {
        #expect(try Reginfo(document([], state: .initial).bytes).state == "init")
        let partial = try Reginfo(document([], isFull: false, state: .terminated).bytes)
        #expect(partial.state == "terminated")
        #expect(!partial.isFull)
    }

    @Test("RFC 3680 §5.1: every event with the state that goes with it", arguments: ContactEvent.allCases)
    func events(event: ContactEvent) throws {
        let isActive = [.registered, .created, .refreshed, .shortened].contains(event)
        let read = try Reginfo(document([contact(event: event, isActive: isActive)]).bytes)
        #expect(read.contacts.first?["event"] == event.word.description)
        #expect(read.contacts.first?["retry-after"] == (event == .probation ? "60" : nil))
    }

    @Test("RFC 3261 §20.10: q has at most three decimals")
    func preferences() throws {
        for (q, text) in [(0, "0"), (1, "0.001"), (250, "0.25"), (700, "0.7"), (1_000, "1")] {
            var one = contact()
            one.q = UInt16(q)
            #expect(try Reginfo(document([one]).bytes).contacts.first?["q"] == text)
        }
    }

    @Test("XML 1.0 §2.2: any bytes make a document that reads back, what is no character replaced")
    func hostileTexts() throws {
        var random = SeededGenerator(seed: 3_680)
        for _ in 0..<2_000 {
            var texts: [[UInt8]] = []
            for _ in 0..<3 {
                texts.append(
                    (0..<random.below(40)).map { _ in
                        random.below(3) == 0
                            ? random.pick(Array("<>&\"' \t\r\n;]]>".utf8)) : UInt8(random.below(256))
                    }
                )
            }
            var one = contact(uri: texts[0])
            one.callID = texts[1]
            let read = try Reginfo(document([one], aor: texts[2] + Array("@example.com".utf8)).bytes)
            #expect(read.contacts.first?.uri == Self.readable(texts[0]))
            #expect(read.contacts.first?["callid"] == Self.readable(texts[1]))
            #expect(read.aor.hasSuffix("@example.com"))
        }
    }

    /// What is left of a text in XML.
    static func readable(_ text: [UInt8]) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            let isKnown = scalar.value >= 0x20 || ["\t", "\n", "\r"].contains(scalar)
            scalars.append(isKnown && scalar.value & ~1 != 0xfffe ? scalar : "\u{fffd}")
        }
        return String(scalars)
    }

    @Test func aDocumentIsBounded() throws {
        var document = ReginfoDocument(version: 0, isFull: true, aor: [0x61], id: 1, state: .active)
        let long = [UInt8](repeating: 0x26, count: 512)
        var count: UInt64 = 0
        while document.append(contact(count, uri: long)) { count += 1 }
        document.finish()
        #expect(document.bytes.count <= ReginfoDocument.maximumBytes)
        #expect(try Reginfo(document.bytes).contacts.count == Int(count))
    }

    @Test func theReaderRefusesWhatIsNotOurs() {
        let good = String(decoding: document([contact()]).bytes, as: UTF8.self)
        let changes = [
            ("state=\"full\"", "state=\"whole\""), ("<uri>", "<url>"), ("version=\"3\"", "version=\"-3\""),
            ("event=\"registered\"", "event=\"expired\""), ("&lt;", "<"), ("</reginfo>", ""),
            ("xmlns=\"urn", "xmlns=\"url"), ("cseq=", "cseq2="), ("&gt;", "&#62;"),
        ]
        for (part, other) in changes {
            #expect(throws: Reginfo.Fault.self) { try Reginfo(Array(good.replacing(part, with: other).utf8)) }
        }
    }
}
