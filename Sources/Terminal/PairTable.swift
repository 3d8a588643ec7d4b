internal import CNcurses
internal import Cells

/// The colour pairs in use; a pair is made when it is first needed.
struct PairTable {
    private struct Key: Hashable {
        let foreground: Int32
        let background: Int32
    }

    private var pairs: [Key: Int32] = [:]
    private let limit: Int32

    /// A table for a terminal that has so many pairs; few are ever needed, and more than 32,767 would not
    /// fit older interfaces.
    init(available: Int32) { limit = max(0, min(available, 4096)) }

    /// The pair for two paints; 0, the terminal's own colours, when there are no more.
    mutating func pair(_ foreground: Paint, _ background: Paint) -> Int32 {
        let key = Key(foreground: PairTable.number(foreground), background: PairTable.number(background))
        if key.foreground < 0, key.background < 0 { return 0 }
        if let known = pairs[key] { return known }
        let next = Int32(pairs.count) + 1
        guard next < limit, init_extended_pair(next, key.foreground, key.background) == OK else { return 0 }
        pairs[key] = next
        return next
    }

    /// With direct colours the numbers below 8 still mean the palette: such a blue becomes the
    /// darkest that doesn't.
    private static func number(_ paint: Paint) -> Int32 {
        switch paint {
        case .terminal: -1
        case .index(let index): Int32(index)
        case .rgb(let colour): colour.value == 0 ? 0 : Int32(max(8, colour.value))
        }
    }
}
