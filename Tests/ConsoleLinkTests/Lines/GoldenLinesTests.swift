import BindingTable
import ConsoleLink
import Monitor
import Support
import Testing

@Suite("Lines as the protocol's page shows them")
struct GoldenLinesTests {
    @Test("dump")
    func dump() throws {
        for seed in 0..<12 as Range<UInt64> {
            print("REQ", String(decoding: LinkCodec.encode(try Invention(seed: seed).invent(LinkRequest.self)), as: UTF8.self))
        }
    }
}
