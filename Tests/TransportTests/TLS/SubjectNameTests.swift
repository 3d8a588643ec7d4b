import NIOSSL
import Support
import Testing

@testable import Transport

@Suite struct SubjectNameTests {
    @Test(arguments: [
        ("client-cn", "0004F2AABBCC"), ("client-uri", "ignored"), ("authority", "regtop test authority"),
    ])
    func readsTheCommonName(certificate: String, name: String) throws {
        #expect(SubjectName.common(in: try TestFiles.certificate(certificate).toDERBytes()) == name)
    }

    /// A certificate as far as it is read: version left out, and this subject.
    private func certificate(subject: [UInt8]) -> [UInt8] {
        func element(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
            [tag, UInt8(contents.count)] + contents
        }
        let empty = element(0x30, [])
        let fields = element(0x02, [1]) + empty + empty + empty + element(0x30, subject)
        return element(0x30, element(0x30, fields))
    }

    private func pair(_ tag: UInt8, _ text: [UInt8]) -> [UInt8] {
        let value = [0x06, 0x03, 0x55, 0x04, 0x03, tag, UInt8(text.count)] + text
        let sequence = [0x30, UInt8(value.count)] + value
        return [0x31, UInt8(sequence.count)] + sequence
    }

    @Test func takesTheLastAndTextOnly() {
        #expect(SubjectName.common(in: certificate(subject: pair(0x0c, [65]) + pair(0x13, [66]))) == "B")
        #expect(SubjectName.common(in: certificate(subject: pair(0x0c, [0xff]))) == nil)
        #expect(SubjectName.common(in: certificate(subject: pair(0x1e, [0, 65]))) == nil)
        #expect(SubjectName.common(in: certificate(subject: pair(0x0c, []))) == nil)
        let long = [UInt8](repeating: 65, count: 65)
        #expect(SubjectName.common(in: certificate(subject: pair(0x0c, long))) == nil)
        #expect(SubjectName.common(in: certificate(subject: pair(0x0c, Array(long.dropLast())))) != nil)
        #expect(SubjectName.common(in: certificate(subject: [])) == nil)
    }

    @Test func isTotal() throws {
        let whole = try TestFiles.certificate("client-cn").toDERBytes()
        for count in 0..<whole.count { _ = SubjectName.common(in: Array(whole.prefix(count))) }
        var random = SeededGenerator(seed: 5922)
        for index in whole.indices {
            var broken = whole
            broken[index] = UInt8.random(in: 0...255, using: &random)
            _ = SubjectName.common(in: broken)
            broken[index] = 0xff
            _ = SubjectName.common(in: broken)
        }
    }

    @Test(
        arguments: [
            [], [0x30], [0x30, 0x01], [0x30, 0x80, 0, 0], [0x30, 0x84, 0x7f, 0xff, 0xff, 0xff],
            [0x30, 0x82, 0xff],
            [0x1f, 0x81, 0x01], [0x30, 0xff],
        ] as [[UInt8]]
    )
    func refusesWhatIsNoElement(bytes: [UInt8]) {
        var reader = DERReader(bytes[...])
        #expect(reader.next() == nil)
    }

    @Test func readsLongLengths() throws {
        var reader = DERReader(([0x04, 0x82, 0x01, 0x00] + [UInt8](repeating: 7, count: 257))[...])
        let element = try #require(reader.next())
        #expect(element.tag == 0x04 && element.contents.count == 256)
        #expect(reader.next() == nil)
    }
}
