import BindingTable
import Registrar
import Testing

/// What is stored of a contact: the phone's own bytes without expires, q and an alias that came in.
struct ContactWishTests {
    private func stored(_ contact: String) throws -> (uri: String, parameters: String, badges: Badges)? {
        let stage = try Stage()
        var phone = Phone()
        let answer = stage.send(phone.register(contacts: [contact]))
        #expect(answer.status == 200, "\(answer)")
        return stage.bindings("alice@example.com").first.map {
            (
                String(decoding: $0.texts.contact, as: UTF8.self),
                String(decoding: $0.texts.contactParameters, as: UTF8.self), $0.facts.badges
            )
        }
    }

    @Test(arguments: [
        ("<sip:a@h>", ""), ("<sip:a@h>;expires=99", ""), ("<sip:a@h>;q=0.3;expires=99", ""),
        (
            "<sip:a@h>;expires=99;+sip.instance=\"<urn:a;b>\";reg-id=1",
            ";+sip.instance=\"<urn:a;b>\";reg-id=1"
        ),
        ("<sip:a@h>;+sip.instance=\"<urn:a>\";expires=99;reg-id=1", ";+sip.instance=\"<urn:a>\";reg-id=1"),
        ("<sip:a@h> ; flag ;Q=1; x = \"a\\\"b\" ;EXPIRES=99", ";flag;x=\"a\\\"b\""),
        ("<sip:a@h>;a=1\r\n ;b=2", ";a=1;b=2"), ("sip:a@h;a=1;q=0", ";a=1"),
        ("<sip:a@h>;alias=1~2~3;z", ";z"),
    ])
    func parametersWithoutExpiresAndQ(contact: String, parameters: String) throws {
        let found = try stored(contact)
        #expect(found?.parameters.filter { $0 != " " } == parameters)
        #expect(found?.uri == "sip:a@h")
    }

    @Test(arguments: [
        ("sip:a@h;alias=1.2.3.4~5~1", "sip:a@h"),
        ("sip:a@h;x=1;Alias=1.2.3.4~5~1;y?Route=%3Cq%3E", "sip:a@h;x=1;y?Route=%3Cq%3E"),
        ("sip:a@h;alias;alias=2", "sip:a@h"), ("sip:a@h;aliases=1", "sip:a@h;aliases=1"),
    ])
    func anAliasThatCameInIsDroppedAndSaid(uri: String, kept: String) throws {
        let found = try stored("<\(uri)>;p=1;expires=99;r=2")
        #expect(found?.uri == kept)
        #expect(found?.parameters == ";p=1;r=2")
        #expect(found?.badges.contains(.aliasStripped) == (uri != kept))
    }

    @Test func otherSchemesAreKeptAsTheyAre() throws {
        #expect(try stored("<mailto:a@h?x=y>")?.uri == "mailto:a@h?x=y")
        #expect(try stored("<tel:+1-212;x=y>")?.uri == "tel:+1-212;x=y")
    }
}
