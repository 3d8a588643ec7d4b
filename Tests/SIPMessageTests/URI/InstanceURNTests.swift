import SIPMessage
import Testing

/// The one form of equal instances.
struct InstanceURNTests {
    private func urn(_ value: String) -> String {
        let bytes = Array(value.utf8)
        var out = Array("x".utf8)
        InstanceURN.append(bytes.span, in: ByteRange(start: 0, count: UInt16(bytes.count)), to: &out)
        return String(decoding: out.dropFirst(), as: UTF8.self)
    }

    @Test(
        "RFC 5626 §4.1, RFC 2141 §5, RFC 4122 §3: what is folded and what is not",
        arguments: [
            ("<urn:uuid:00AB-cd>", "urn:uuid:00ab-cd"), ("<URN:UUID:00ab-CD>", "urn:uuid:00ab-cd"),
            ("urn:uuid:1", "urn:uuid:1"), ("<URN:X-Name:AbC>", "urn:x-name:AbC"),
            ("<urn:x:a%Aa%3FZ>", "urn:x:a%aa%3fZ"), ("<urn:uuids:AB>", "urn:uuids:AB"),
            ("<urn:x:uuid:AB>", "urn:x:uuid:AB"),
            ("<urn:gsma:imei:90420156-025763-0>", "urn:gsma:imei:90420156-025763-0"),
            ("<a\\\"B>", "a\"b"), ("<>", ""), ("<", "<"), ("", ""), ("<urn:x:%>", "urn:x:%"),
        ]
    )
    func canonical(value: String, expected: String) {
        #expect(urn(value) == expected)
    }
}
