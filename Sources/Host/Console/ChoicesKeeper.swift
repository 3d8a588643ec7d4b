import Console
import Dispatch
import Synchronization

/// Reads an operator's choices at the start, and keeps those that are made. No console waits for the disk: a home
/// directory may be far away, and gone.
final class ChoicesKeeper: Sendable {
    /// Where they are kept.
    let path: String
    /// What was kept at the start.
    let preferences: Preferences
    /// Why what was kept can't be read; nil if it could.
    let problem: String?

    private let place: ChoicesPlace?
    private let queue = DispatchQueue(label: "regtop.choices")
    private let work = DispatchGroup()
    /// What this console last knew to be kept.
    private let known: Mutex<KeptChoices>

    /// Reads what is kept; nil: nothing is, and nothing will be.
    init(_ place: ChoicesPlace?) {
        self.place = place
        path = place?.path ?? ""
        do throws(HostError) {
            let kept = try place?.read() ?? [:]
            preferences = Preferences(kept: kept)
            problem = nil
        } catch {
            preferences = Preferences()
            problem = "your choices can't be read, so you have the usual ones: \(error.description)"
        }
        known = Mutex(preferences.kept)
    }

    /// Keeps these choices soon; `report` is told if they can't be.
    func keep(_ preferences: Preferences, report: @escaping @Sendable (String) -> Void) {
        keep(preferences.kept, report: report)
    }

    /// Keeps choices by their names.
    func keep(_ wanted: KeptChoices, report: @escaping @Sendable (String) -> Void) {
        guard let place else { return }
        let before = known.withLock { known in
            defer { known = wanted }
            return known
        }
        queue.async(group: work) {
            do throws(HostError) {
                try place.write(Self.merged(place, wanted, before))
            } catch {
                report("This choice lasts until the console ends: \(error.description)")
            }
        }
    }

    /// Another console of the same operator may have kept something since: only what was changed here is changed.
    private static func merged(_ place: ChoicesPlace, _ wanted: KeptChoices, _ before: KeptChoices)
        -> KeptChoices
    {
        // A file that can't be read has nothing to be merged with.
        guard var kept = try? place.read() else { return wanted }
        for (name, value) in wanted where before[name] != value || kept[name] == nil {
            kept[name] = value.merged(into: kept[name], since: before[name])
        }
        for name in before.keys where wanted[name] == nil { kept[name] = nil }
        return kept
    }

    /// Waits for what is being written, but not for long.
    func finish() { _ = work.wait(timeout: .now() + .seconds(1)) }
}
