import BindingTable
import ConsoleLink
import Monitor
import SIPMessage
import Support
import Testing
import Timing

@Suite("Lines come back as what was written")
struct RoundTripTests {
    /// A value that was invented from a seed; an invention that is refused, such as a preview without a filter, is
    /// made anew.
    private func invent<Value: Decodable>(_ type: Value.Type, seed: UInt64) throws -> Value {
        let invention = Invention(seed: seed)
        for _ in 0..<20 {
            if let value = try? invention.invent(type) { return value }
        }
        return try invention.invent(type)
    }

    private func word(_ line: [UInt8]) -> String {
        let text = String(decoding: line, as: UTF8.self)
        let words = text.split(separator: "\"").map(String.init)
        return words.count > 3 && words[1] == "protocol" ? words[3] : words.count > 1 ? words[1] : ""
    }

    @Test("Every request, whatever stands in it")
    func requests() throws {
        var words: [String: Int] = [:]
        for seed in 0..<9_000 as Range<UInt64> {
            let request = try invent(LinkRequest.self, seed: seed)
            let line = LinkCodec.encode(request)
            words[word(line), default: 0] += 1
            let read = try LinkCodec.request(line.span)
            #expect(String(reflecting: read) == String(reflecting: request), "seed \(seed)")
            #expect(LinkCodec.encode(read) == line && read.serial == request.serial, "seed \(seed)")
        }
        #expect(words.count == 13 && words.values.allSatisfy { $0 > 100 }, "\(words)")
    }

    @Test("Every update, whatever stands in it, on one line without anything that steers a terminal")
    func updates() throws {
        var words: [String: Int] = [:]
        for seed in 0..<2_000 as Range<UInt64> {
            let update = try invent(LinkUpdate.self, seed: seed)
            let line = LinkCodec.encode(update)
            words[word(line), default: 0] += 1
            let read = try LinkCodec.update(line.span)
            #expect(String(reflecting: read) == String(reflecting: update), "seed \(seed)")
            #expect(LinkCodec.encode(read) == line && read.serial == update.serial, "seed \(seed)")
            let text = try #require(String(validating: line, as: UTF8.self))
            let isPlain = text.unicodeScalars.allSatisfy { scalar in
                scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value)
                    && !(0x2028...0x202e).contains(scalar.value) && scalar.value != 0xfeff
            }
            #expect(isPlain, "seed \(seed): \(text)")
        }
        #expect(words.count == 16 && words.values.allSatisfy { $0 > 80 }, "\(words)")
    }

    @Test("Values that can be compared are equal")
    func equal() throws {
        func expectEqual<Value: Codable & Equatable>(_ type: Value.Type, _ seed: UInt64) throws {
            let value = try invent(type, seed: seed)
            let read = try LinkCodec.decode(type, LinkCodec.encode(value).span)
            #expect(read == value, "seed \(seed)")
        }
        for seed in 0..<300 as Range<UInt64> {
            try expectEqual(WindowQuery.self, seed)
            try expectEqual(OperatorCommand.self, seed)
            try expectEqual([BindingRow].self, seed)
            try expectEqual([AttemptRow].self, seed)
            try expectEqual([SecurityRow].self, seed)
            try expectEqual(HistoryPage.self, seed)
            try expectEqual([MessagesQuery].self, seed)
            try expectEqual(MessagesPage.self, seed)
            try expectEqual([HistoryQuery].self, seed)
            try expectEqual([Block].self, seed)
            try expectEqual([AuditRecord].self, seed)
            try expectEqual([RefusalReason].self, seed)
            try expectEqual([Metric].self, seed)
            try expectEqual(ActList.self, seed)
            try expectEqual(RouteAnswer.self, seed)
            try expectEqual(AbusePolicy.self, seed)
            try expectEqual(StoreHealth.self, seed)
        }
    }

    @Test("Every small enum has a word for each case, and another one for each")
    func words() {
        func expectWords<Word: WordCodable>(_ type: Word.Type) where Word: Hashable, Word.RawValue == UInt8 {
            let words = type.allCases.map(\.codingWord)
            #expect(Set(words).count == words.count && !words.contains(""), "\(type)")
        }
        expectWords(TransportKind.self)
        expectWords(TLSVersion.self)
        expectWords(HeaderName.self)
        expectWords(DigestCheck.self)
        expectWords(DigestFinding.Outcome.self)
        expectWords(Cause.self)
        expectWords(Reachability.Connection.self)
        expectWords(Reachability.Ping.self)
        expectWords(TargetOutcome.self)
        expectWords(ActProgress.State.self)
        expectWords(Notice.Level.self)
        expectWords(BindingColumn.self)
        expectWords(BindingState.self)
        expectWords(AttemptVerdict.self)
        expectWords(SecurityGroup.self)
        expectWords(AbuseClass.self)
    }

    @Test("Numbers keep all their digits, and those that are none are strings")
    func numbers() throws {
        let line = LinkCodec.encode([Double.nan, -.infinity, 0.1])
        #expect(String(decoding: line, as: UTF8.self) == #"["NaN","-Infinity",0.1]"#)
        #expect(try LinkCodec.decode([Double].self, line.span)[0].isNaN)
        let integers = LinkCodec.encode([Int64.min, .max])
        #expect(String(decoding: integers, as: UTF8.self) == "[-9223372036854775808,9223372036854775807]")
        #expect(try LinkCodec.decode([Int64].self, integers.span) == [.min, .max])
        #expect(try LinkCodec.decode(UInt64.self, LinkCodec.encode(UInt64.max).span) == .max)
    }
}
