internal import Timing

/// Groups by what their members have in common. Numbers are small, and 0 stands for all that found no room.
struct BeatGroups<Key: Hashable> {
    private(set) var groups = [BeatGroup()]
    private var keys: [Key?] = [nil]
    private var users = [0]
    private var numbers: [Key: Int] = [:]
    private var free: [Int] = []
    private let capacity: Int

    /// - Parameter capacity: so many are told apart.
    init(capacity: Int) { self.capacity = max(1, capacity) }

    subscript(number: Int) -> BeatGroup {
        get { groups[number] }
        _modify { yield &groups[number] }
    }

    func key(_ number: Int) -> Key? { keys[number] }
    func number(of key: Key) -> Int? { numbers[key] }

    /// The number of a key, which one more row uses from now on.
    mutating func take(_ key: Key) -> Int {
        if let known = numbers[key] {
            users[known] += 1
            return known
        }
        let number: Int
        if let reused = free.popLast() {
            number = reused
        } else {
            guard groups.count <= capacity else { return 0 }
            number = groups.count
            groups.append(BeatGroup())
            keys.append(nil)
            users.append(0)
        }
        (keys[number], users[number], groups[number]) = (key, 1, BeatGroup())
        numbers[key] = number
        return number
    }

    /// A row uses it no more. One that is out is kept: it has still to be told when it is back.
    mutating func release(_ number: Int) {
        guard number > 0 else { return }
        users[number] -= 1
        if users[number] == 0, !groups[number].isOut { forget(number) }
    }

    /// Its outage is over or given up.
    mutating func end(_ number: Int) {
        groups[number].isOut = false
        if number > 0, users[number] == 0 { forget(number) }
    }

    private mutating func forget(_ number: Int) {
        guard let key = keys[number] else { return }
        numbers[key] = nil
        (keys[number], groups[number]) = (nil, BeatGroup())
        free.append(number)
    }
}
