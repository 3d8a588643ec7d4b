import ConsoleLink
import Monitor
import Support
import Testing
import Timing

@Suite("Whatever comes over the control socket is read or refused")
struct TotalityTests {
    private func request(_ text: String) throws(LinkError) -> LinkRequest {
        let bytes = Array(text.utf8)
        return try LinkCodec.request(bytes.span)
    }

    private func sentence(_ text: String) -> String {
        do throws(LinkError) {
            return "\(try request(text))"
        } catch {
            return error.description
        }
    }

    @Test(
        "Lines with something changed, cut or put in between: an answer each time, and a printable sentence"
    )
    func mutated() throws {
        var lines = try Examples.requests.map { LinkCodec.encode($0) }
        lines += Examples.updates.map { LinkCodec.encode($0) }
        var random = SeededGenerator(seed: 4)
        let pieces = [
            "{", "}", "[", "]", "\"", ",", ":", "\\u", "\\ud800", "null", "-", "1e999",
            "9999999999999999999999", "0.",
            "true", "\u{0}", "\n", "{\"hex\":\"f\"}", "é",
        ]
        var refused = 0
        for round in 0..<20_000 {
            var line = random.pick(lines)
            for _ in 0...random.below(3) {
                let place = random.below(line.count)
                switch random.below(5) {
                case 0: line[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: line.removeSubrange(place..<min(line.count, place + 1 + random.below(8)))
                case 2: line.insert(contentsOf: random.pick(pieces).utf8, at: place)
                case 3: line.removeLast(line.count - place)
                default:
                    line.insert(
                        contentsOf: line[place..<min(line.count, place + random.below(40))],
                        at: place
                    )
                }
                if line.isEmpty { line = [0x7b] }
            }
            do throws(LinkError) {
                let request = try LinkCodec.request(line.span)
                #expect(!LinkCodec.encode(request).isEmpty)
            } catch {
                refused += 1
                let isPrintable = error.description.utf8.allSatisfy { (0x20...0x7e).contains($0) }
                #expect(isPrintable && !error.description.isEmpty, "round \(round)")
            }
            _ = try? LinkCodec.update(line.span)
        }
        #expect(refused > 10_000)
    }

    @Test("What is wrong is said with its place")
    func sentences() {
        let cases: [(line: String, sentence: String)] = [
            ("", "byte 1: value expected"),
            ("{\"reload\":{},\"serial\":1} x", "byte 26: the line's end expected"),
            ("[1]", "object expected"),
            ("{\"reload\":{},\"reload\":{},\"serial\":1}", "byte 22: this member stands there twice"),
            ("{\"reload\":{}}", "serial is missing"),
            ("{\"reload\":{},\"serial\":-1}", "serial: whole number from 0 to 18446744073709551615 expected"),
            (
                "{\"reload\":{},\"serial\":1e3}",
                "serial: whole number from 0 to 18446744073709551615 expected"
            ),
            (
                "{\"query\":{\"blocks\":{},\"height\":9223372036854775808},\"serial\":1}",
                "query.height: whole number"
            ),
            (
                "{\"query\":{\"bindings\":{\"filter\":\"exp<x\"},\"height\":1},\"serial\":1}",
                "query.bindings.filter: column"
            ),
            (
                "{\"history\":{\"aor\":{\"hex\":\"0g\"}},\"serial\":1}",
                "history.aor.hex: hexadecimal digits expected"
            ),
            (
                "{\"perform\":{\"expire\":{\"targets\":[\"1/2\"]}},\"serial\":1}",
                "perform.expire.targets.0: binding and version"
            ),
            (
                "{\"perform\":{\"drain\":{\"on\":true,\"for\":0}},\"serial\":1}",
                "perform.drain.for: nanoseconds above zero"
            ),
            (
                "{\"explain\":{\"from\":\"\\ud800\",\"aor\":\"\"},\"serial\":1}",
                "byte 27: half of a surrogate pair"
            ),
            ("{\"frob\":{},\"serial\":1}", "exactly one of these expected: query, preview,"),
            (
                "{\"reload\":{},\"statistics\":{},\"serial\":1}",
                "exactly one of these expected: query, preview,"
            ),
        ]
        for (line, expected) in cases {
            #expect(sentence(line).hasPrefix(expected), "\(line): \(sentence(line))")
        }
    }

    @Test("A newer protocol is refused before anything else of the line is looked at")
    func version() {
        let line = Array("{\"protocol\":2,\"hello\":{}}".utf8)
        #expect {
            try LinkCodec.update(line.span)
        } throws: { error in
            guard let error = error as? LinkError else { return false }
            return error.kind == .version && error.description.contains("protocol 2 and this program 1")
        }
    }

    @Test("Depth, length, members and values are bounded")
    func limits() throws {
        func kind(_ text: String) -> LinkError.Kind? {
            do throws(LinkError) {
                _ = try request(text)
                return nil
            } catch {
                return error.kind
            }
        }
        let deep = String(repeating: "[", count: 100_000)
        #expect(kind("{\"reload\":\(deep)") == .limit)
        let many = String(repeating: "1,", count: 300_000)
        #expect(kind("{\"reload\":[\(many)1],\"serial\":1}") == .limit)
        let members = (0..<300).map { "\"m\($0)\":0" }.joined(separator: ",")
        #expect(kind("{\(members),\"reload\":{},\"serial\":1}") == .limit)
        #expect(kind("{\"reload\":{},\"serial\":1}" + String(repeating: " ", count: 4 << 20)) == .limit)
        #expect(kind("{\"future\":[{}],\"reload\":{\"more\":1},\"serial\":1}") == nil)
    }

    @Test("Numbers and texts of a query are bounded, so that nothing behind it can overflow")
    func clamped() throws {
        let far =
            "{\"query\":{\"blocks\":{},\"anchor\":{\"row\":{\"line\":1},\"offset\":-9223372036854775808},"
        guard case .query(let query, 1) = try request(far + "\"height\":-9223372036854775808},\"serial\":1}")
        else {
            return #expect(Bool(false), "no query")
        }
        #expect(query.height == 0 && query.anchor == .row(.line(1), offset: -Int(Int32.max)))
        let long = String(repeating: "a", count: 1_025)
        for line in [
            "{\"query\":{\"audit\":{\"containing\":\"\(long)\"},\"height\":1},\"serial\":1}",
            "{\"perform\":{\"undo\":{\"act\":1},\"reason\":\"\(long)\"},\"serial\":1}",
            "{\"perform\":{\"unblock\":{\"subject\":{\"aor\":\"\(long)\"}}},\"serial\":1}",
            "{\"explain\":{\"from\":\"\(long)\",\"aor\":\"\"},\"serial\":1}",
        ] {
            #expect(sentence(line).hasSuffix("at most 1024 bytes expected"))
        }
        let filter = String(repeating: "a ", count: 2_049)
        #expect(
            sentence("{\"query\":{\"bindings\":{\"filter\":\"\(filter)\"},\"height\":1},\"serial\":1}")
                .hasSuffix("at most 4096 bytes expected")
        )
    }

    @Test("What earlier programs called the filters of lines is still understood")
    func earlierNames() throws {
        let lines = [
            "{\"query\":{\"log\":{\"containing\":\"a (b\",\"level\":\"info\"},\"height\":1},\"serial\":1}":
                "\"a (b\"",
            "{\"query\":{\"audit\":{\"containing\":\"kl\"},\"height\":1},\"serial\":1}": "\"kl\"",
            "{\"query\":{\"security\":{\"matching\":\"class:attack\"},\"height\":1},\"serial\":1}":
                "class:attack",
        ]
        for (line, text) in lines {
            guard case .query(let query, 1) = try request(line) else {
                Issue.record("no query: \(line)")
                continue
            }
            switch query.subject {
            case .log(let filter, _), .audit(let filter), .security(_, let filter):
                #expect(filter?.text == text)
            default: Issue.record("another list: \(line)")
            }
        }
        #expect(
            sentence("{\"values\":{\"of\":\"moons\",\"field\":\"ua\"},\"serial\":1}").contains(
                "one of bindings"
            )
        )
    }

    @Test("A window of forty bindings is written and read in a few milliseconds")
    func quick() throws {
        let rows = Array(
            repeating: BindingRow(binding: Examples.binding, state: .ok, tries: 1, isFresh: false),
            count: 40
        )
        let window = Window(content: .bindings(rows), matched: 40, total: 40, at: Examples.clock.timestamp)
        let best = try (0..<5).map { _ in
            try ContinuousClock().measure {
                let line = LinkCodec.encode(LinkUpdate.window(window, serial: 1))
                _ = try LinkCodec.update(line.span)
            }
        }.min()
        // Debug builds on a busy machine take some 20 ms, release builds 1 ms.
        let limit = Duration.milliseconds(200)
        #expect(try #require(best) < limit)
    }
}
