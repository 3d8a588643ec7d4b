import BindingTable
import Registrar
import SIPMessage
import Testing
import Timing

struct PolicyTests {
    private func index(_ policy: Policy, _ name: String) -> Int? { policy.domainIndex(Array(name.utf8).span) }

    @Test func domainsAreFoundByNameInAnyCase() {
        let names = (0..<50).map { "d\($0).example" }
        let policy = Policy(domains: names.map { .open($0) })
        for (number, name) in names.enumerated() {
            #expect(index(policy, name) == number)
            #expect(index(policy, name.uppercased()) == number)
        }
        #expect(index(policy, "d50.example") == nil)
        #expect(index(policy, "") == nil)
        #expect(index(Policy(domains: []), "a") == nil)
    }

    @Test func ofTwoDomainsOfOneNameTheFirstCounts() {
        let policy = Policy(domains: [.open("a.example", alias: .off), .open("A.example", alias: .received)])
        #expect(index(policy, "a.example") == 0)
    }

    @Test func aBoxCountsItsChangesAndKeepsBlocksOverAReload() {
        let box = PolicyBox(Policy(domains: [.open("a.example")]))
        let version = box.version
        box.update { _ = $0.blocks.insert(block(.source(IPAddress(ipv4: 1)))) }
        #expect(box.version == version + 1)
        box.reload(Policy(domains: [.open("b.example")]))
        #expect(box.version == version + 2)
        #expect(index(box.current, "b.example") == 0)
        #expect(box.current.blocks.count == 1)
    }
}

struct BlockListTests {
    private let start = Timestamp(nanoseconds: 1_000_000_000)
    private let alice = Array("alice@example.com".utf8)

    @Test func findsWhomItRefuses() {
        var list = BlockList()
        #expect(list.isEmpty)
        list.insert(block(.aor(alice), until: start + .seconds(10)))
        list.insert(block(.source(IPAddress(ipv4: 7))))
        #expect(list.aor(alice.span, at: start)?.secondsLeft(at: start) == 10)
        #expect(list.source(IPAddress(ipv4: 7), at: start)?.secondsLeft(at: start) == 0, "until lifted")
        #expect(list.source(IPAddress(ipv4: 8), at: start) == nil)
        let other = Array("alice@example.org".utf8)
        #expect(list.aor(other.span, at: start) == nil)
    }

    @Test func aBlockEndsByItself() {
        var list = BlockList()
        list.insert(block(.aor(alice), until: start + .seconds(10)))
        let late = start + .seconds(10)
        #expect(list.aor(alice.span, at: late) == nil)
        #expect(list.all(at: late).isEmpty)
        #expect(list.count == 1)
        let ended = list.prune(at: late)
        #expect(ended.count == 1)
        #expect(list.isEmpty)
    }

    @Test func aSecondBlockOnASubjectReplacesTheFirst() {
        var list = BlockList()
        list.insert(block(.aor(alice), until: start + .seconds(10)))
        list.insert(block(.aor(alice)))
        #expect(list.count == 1)
        #expect(list.block(on: .aor(alice))?.until == nil)
        let removed = list.remove(.aor(alice))
        let again = list.remove(.aor(alice))
        #expect(removed != nil && again == nil)
    }

    @Test func itIsBounded() {
        var list = BlockList()
        for number in 0..<BlockList.capacity { list.insert(block(.source(IPAddress(ipv4: UInt32(number))))) }
        let hasRoom = list.insert(block(.aor(alice)))
        #expect(!hasRoom)
        #expect(list.count == BlockList.capacity)
        let isReplaced = list.insert(block(.source(IPAddress(ipv4: 0))))
        #expect(isReplaced, "one that is there may be replaced")
    }
}

func block(_ subject: BlockSubject, until: Timestamp? = nil) -> Block {
    Block(
        subject: subject,
        until: until,
        reason: "",
        by: OperatorIdentity(user: "kl", from: "local", terminal: ""),
        since: .zero
    )
}
