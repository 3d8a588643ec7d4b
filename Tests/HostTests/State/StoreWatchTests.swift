import BindingTable
import Testing
import Timing

@testable import Host

@Suite("What is said of a store")
struct StoreWatchTests {
    private func at(_ second: Int) -> Timestamp { .zero + .seconds(second) }

    private func health(_ trouble: String?, failures: UInt64 = 0, since: Int? = nil) -> StoreHealth {
        var health = StoreHealth()
        health.trouble = trouble
        health.failures = failures
        health.troubleSince = since.map { at($0) }
        return health
    }

    @Test("Its trouble is an error once, its end an information with how long and how many")
    func once() {
        var watch = StoreWatch()
        #expect(watch.look(health(nil, failures: 2), at: at(1)) == nil)
        let begun = watch.look(health("the disk is full", failures: 3, since: 10), at: at(12))
        #expect(begun?.level == .error && begun?.text.contains("the disk is full") == true)
        #expect(watch.look(health("the disk is full", failures: 9, since: 10), at: at(20)) == nil)
        let ended = watch.look(health(nil, failures: 10), at: at(70))
        #expect(ended?.level == .info)
        #expect(ended?.text == "registrations are durable again, after 60 s; 8 changes failed meanwhile")
        #expect(watch.look(health(nil, failures: 10), at: at(71)) == nil)
    }

    @Test("Another trouble than before is said")
    func another() {
        var watch = StoreWatch()
        _ = watch.look(health("the disk is full"), at: at(1))
        let second = watch.look(health("the file is damaged"), at: at(2))
        #expect(second?.level == .error && second?.text.contains("the file is damaged") == true)
        #expect(watch.look(health(nil), at: at(3))?.text.contains("no change failed") == true)
    }
}
