internal import Monitor

/// One thing that the tour asks for, in the order of a night on call.
enum TourStep: Int, CaseIterable, Sendable {
    /// The attempts of a phone that is said to be dead are on the screen, and no others.
    case find
    /// The reason of one of its failures is on the screen.
    case why
    /// Another phone has no ghosts any more.
    case ghosts
    /// A binding was taken away and put back.
    case undo
    /// The record of that is on the screen.
    case record

    /// The one behind it; nil: the tour is over.
    var next: TourStep? { TourStep(rawValue: rawValue + 1) }
}

/// How far an operator has come in the tour. A step is over when what it asks for is so, whatever keys were pressed; all
/// keys go on doing what they do.
struct TourState: Hashable, Sendable {
    let stage: TourStage
    private(set) var step = TourStep.find
    /// Ghosts of the haunted phone that were evicted.
    private(set) var ghostsTaken = 0
    /// Bindings that were taken away since the step began, and those of them that were put back.
    private(set) var taken = 0, putBack = 0

    init(stage: TourStage) { self.stage = stage }

    /// Goes on to the next step; false at the end.
    mutating func goOn() -> Bool {
        guard let next = step.next else { return false }
        step = next
        (taken, putBack) = (0, 0)
        return true
    }

    /// An act has taken these bindings.
    mutating func noteTaken(_ rows: [BindingRow], count: Int) {
        taken += count
        ghostsTaken += rows.count { $0.isGhost && $0.aor == stage.haunted }
    }

    /// An undo has put so many back.
    mutating func notePutBack(_ count: Int) { if taken > 0 { putBack += count } }
}
