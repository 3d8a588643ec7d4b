/// What was done with the mouse, and where.
public struct MouseEvent: Hashable, Sendable {
    /// What was done; drags, releases and other buttons are not reported.
    public enum Kind: Hashable, Sendable, BitwiseCopyable {
        /// The first button was pressed.
        case click
        /// The wheel was turned away from the hand.
        case wheelUp
        /// The wheel was turned towards the hand.
        case wheelDown
    }

    /// What was done.
    public var kind: Kind
    /// The cell under the pointer; it comes from outside and may lie beyond the grid.
    public var point: Point

    /// An event.
    public init(_ kind: Kind, at point: Point) {
        self.kind = kind
        self.point = point
    }
}

extension MouseEvent: CustomStringConvertible {
    /// `Click(12,3)`
    public var description: String {
        let name =
            switch kind {
            case .click: "Click"
            case .wheelUp: "WheelUp"
            case .wheelDown: "WheelDown"
            }
        return "\(name)(\(point.x),\(point.y))"
    }
}
