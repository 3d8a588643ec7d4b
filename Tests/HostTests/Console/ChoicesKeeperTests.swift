import Console
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

    /// Keeps and waits until it is kept; what was reported.
    private func keep(_ keeper: ChoicesKeeper, _ preferences: Preferences) -> [String] {
        let heard = Heard()
        keeper.keep(preferences) { sentence in heard.sentences.withLock { $0.append(sentence) } }
        keeper.finish()
        return heard.sentences.withLock { $0 }
    }

    @Test("What was chosen is there at the next start")
    func roundTrip() {
        let memory = Memory()
        var preferences = Preferences()
        preferences.theme = "okabe"
        preferences.columns = ["aor", "q"]
        preferences.filters = ["late": "st:LATE"]
        preferences.showsKeyBar = false
        preferences.usesMouse = true
        preferences.usesUTC = true
        #expect(keep(ChoicesKeeper(memory.place), preferences) == [])
        #expect(ChoicesKeeper(memory.place).preferences == preferences)
        #expect(Preferences(kept: preferences.kept) == preferences)
    }

    @Test("Two consoles of one operator keep each other's choices")
    func merged() {
        let memory = Memory()
        let (first, second) = (ChoicesKeeper(memory.place), ChoicesKeeper(memory.place))
        var one = first.preferences
        one.filters = ["late": "st:LATE"]
        #expect(keep(first, one) == [])
        var other = second.preferences
        other.showsKeyBar = false
        #expect(keep(second, other) == [])
        let both = ChoicesKeeper(memory.place).preferences
        #expect(both.filters == ["late": "st:LATE"] && !both.showsKeyBar)
    }

    @Test("A broken file is one warning, the usual choices, and is replaced only by a choice")
    func broken() {
        let memory = Memory()
        memory.isBroken.withLock { $0 = true }
        let keeper = ChoicesKeeper(memory.place)
        #expect(
            keeper.problem?.contains("/memory:1:1: nonsense") == true && keeper.preferences == Preferences()
        )
        #expect(memory.isBroken.withLock { $0 })
        var preferences = Preferences()
        preferences.theme = "mono"
        #expect(keep(keeper, preferences) == [])
        #expect(ChoicesKeeper(memory.place).preferences.theme == "mono")
    }

    @Test("What can't be kept is said")
    func full() {
        let memory = Memory()
        memory.isFull.withLock { $0 = true }
        let said = keep(ChoicesKeeper(memory.place), Preferences())
        #expect(said == ["This choice lasts until the console ends: /memory: disk full"])
        #expect(keep(ChoicesKeeper(nil), Preferences()) == [] && ChoicesKeeper(nil).path.isEmpty)
    }

    @Test("An option or the settings name the theme, else what was chosen, if it is still there")
    func theme() {
        let file = ThemeFile(name: "calm", origin: "here", lines: [], problems: [])
        let library = ThemeLibrary(files: [file]) { _ in nil }
        var (screen, preferences) = (ScreenSettings(), Preferences())
        #expect(library.name(screen, preferences) == "ansi")
        preferences.theme = "calm"
        #expect(library.name(screen, preferences) == "calm")
        screen.theme = "mono"
        #expect(library.name(screen, preferences) == "mono")
        preferences.theme = "gone"
        screen.theme = nil
        #expect(library.name(screen, preferences) == "ansi")
    }
}
