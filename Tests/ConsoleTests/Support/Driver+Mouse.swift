import Cells

@testable import Console

extension Driver {
    /// Where a text stands on the drawn screen, from the given row on.
    func place(of text: String, from row: Int = 0) -> Point? {
        let grid = grid
        let wanted = Array(text.unicodeScalars)
        for y in row..<max(row, grid.size.height) {
            let line = (0..<grid.size.width).map { grid[$0, y]?.scalar ?? " " }
            for x in 0..<max(0, line.count - wanted.count + 1)
            where line[x..<x + wanted.count].elementsEqual(wanted) {
                return Point(x: x, y: y)
            }
        }
        return nil
    }

    /// Clicks on a text; false if it isn't on the screen.
    @discardableResult
    mutating func click(_ text: String, from row: Int = 0) -> Bool {
        guard let point = place(of: text, from: row) else { return false }
        input(.key(.mouse(MouseEvent(.click, at: point))))
        return true
    }

    /// Turns the wheel over a text, so many notches downwards.
    @discardableResult
    mutating func wheel(_ notches: Int, over text: String) -> Bool {
        guard let point = place(of: text) else { return false }
        for _ in 0..<abs(notches) {
            input(.key(.mouse(MouseEvent(notches < 0 ? .wheelUp : .wheelDown, at: point))))
        }
        return true
    }

    /// A console whose mouse is on.
    static func withMouse(
        _ size: Size = Size(width: 80, height: 24),
        keys: String = "",
        world: World = World()
    )
        -> Driver
    {
        var driver = Driver(size, world: world)
        driver.press("%")
        driver.press(keys)
        return driver
    }

    /// The keys that can be clicked in the bottom line, as it is drawn.
    var keysOfBar: [Key] {
        let grid = grid
        var keys: [Key] = []
        for x in 0..<grid.size.width {
            guard case .key(let key)? = grid.spot(at: Point(x: x, y: grid.size.height - 1)) else { continue }
            if keys.last != key { keys.append(key) }
        }
        return keys
    }
}
