import Synchronization
import Testing

@testable import Host

@Suite("Keeping choices")
struct ChoicesKeeperTests {
    /// A file in memory.
    private final class Memory: Sendable {
        let kept = Mutex<KeptChoices>([:])
        let isBroken = Mutex(false)
        let isFull = Mutex(false)

        var place: ChoicesPlace {
            ChoicesPlace(path: "/memory") { () throws(HostError) in
                if self.isBroken.withLock({ $0 }) { throw HostError("/memory:1:1: nonsense", exitCode: 1) }
                return self.kept.withLock { $0 }
            } write: { (choices) throws(HostError) in
                if self.isFull.withLock({ $0 }) { throw HostError("/memory: disk full", exitCode: 1) }
                self.isBroken.withLock { $0 = false }
                self.kept.withLock { $0 = choices }
            }
        }
    }

    private final class Heard: Sendable {
        let sentences = Mutex<[String]>([])
    }

    /// Keeps changed choices and waits until they are kept; what was reported.
    private func keep(_ keeper: ChoicesKeeper, _ changes: KeptChoices) -> [String] {
        let heard = Heard()
        let wanted = keeper.preferences.kept.merging(changes) { $1 }
        keeper.keep(wanted) { sentence in heard.sentences.withLock { $0.append(sentence) } }
        keeper.finish()
        return heard.sentences.withLock { $0 }
    }

    @Test("What was chosen is there at the next start, whatever it is")
    func roundTrip() {
        let memory = Memory()
        var other = ChoicesPlace.forms
        for (name, value) in other {
            switch value {
            case .flag(let flag): other[name] = .flag(!flag)
            case .text: other[name] = .text("okabe")
            case .list: other[name] = .list(["aor", "q"])
            case .map: other[name] = .map(["late": "st:LATE"])
            }
        }
        #expect(keep(ChoicesKeeper(memory.place), other) == [])
        #expect(ChoicesKeeper(memory.place).preferences.kept == other)
    }

    @Test("Two consoles of one operator keep each other's choices")
    func merged() {
        let memory = Memory()
        let (first, second) = (ChoicesKeeper(memory.place), ChoicesKeeper(memory.place))
        #expect(keep(first, ["filters": .map(["late": "st:LATE"])]) == [])
        #expect(keep(second, ["key-bar": .flag(false)]) == [])
        let both = ChoicesKeeper(memory.place).preferences.kept
        #expect(both["filters"] == .map(["late": "st:LATE"]) && both["key-bar"] == .flag(false))
    }

    @Test("Filters are kept by name: of two consoles' both, and one that was taken away stays away")
    func mergedFilters() {
        let memory = Memory()
        let old = ["late": "st:LATE", "nat": "nat:yes"]
        #expect(keep(ChoicesKeeper(memory.place), ["filters": .map(old)]) == [])
        let (first, second) = (ChoicesKeeper(memory.place), ChoicesKeeper(memory.place))
        #expect(
            keep(first, ["filters": .map(["late": "st:LATE,AUTH", "nat": "nat:yes", "tls": "tp:tls"])]) == []
        )
        #expect(keep(second, ["filters": .map(["late": "st:LATE", "site": "src:10/8"])]) == [])
        let both = ChoicesKeeper(memory.place).preferences.kept["filters"]
        #expect(both == .map(["late": "st:LATE,AUTH", "tls": "tp:tls", "site": "src:10/8"]))
    }

    @Test("A broken file is one warning, the usual choices, and is replaced only by a choice")
    func broken() {
        let memory = Memory()
        let usual = ChoicesKeeper(memory.place).preferences.kept
        memory.isBroken.withLock { $0 = true }
        let keeper = ChoicesKeeper(memory.place)
        #expect(keeper.problem?.contains("/memory:1:1: nonsense") == true && keeper.preferences.kept == usual)
        #expect(memory.isBroken.withLock { $0 })
        #expect(keep(keeper, ["theme": .text("mono")]) == [])
        #expect(ChoicesKeeper(memory.place).preferences.kept["theme"] == .text("mono"))
    }

    @Test("What can't be kept is said")
    func full() {
        let memory = Memory()
        memory.isFull.withLock { $0 = true }
        let said = keep(ChoicesKeeper(memory.place), [:])
        #expect(said == ["This choice lasts until the console ends: /memory: disk full"])
        #expect(keep(ChoicesKeeper(nil), [:]) == [] && ChoicesKeeper(nil).path.isEmpty)
    }

    @Test("An option or the settings name the theme, else what was chosen, if it is still there")
    func theme() {
        let file = ThemeFile(name: "calm", origin: "here", lines: [], problems: [])
        let library = ThemeLibrary(files: [file]) { _ in nil }
        func name(_ given: String?, _ chosen: KeptChoices) -> String {
            let memory = Memory()
            memory.kept.withLock { $0 = chosen }
            var screen = ScreenSettings()
            screen.theme = given
            return library.name(screen, ChoicesKeeper(memory.place).preferences)
        }
        #expect(name(nil, [:]) == "ansi")
        #expect(name(nil, ["theme": .text("calm")]) == "calm")
        #expect(name("mono", ["theme": .text("calm")]) == "mono")
        #expect(name(nil, ["theme": .text("gone")]) == "ansi")
    }
}
