/// Who may log in where: an immutable set of users with their H(A1), read from an accounts file.
///
/// Compact, since there may be hundreds of thousands: one slab of bytes and one array of slots (open
/// addressing, linear probing, at most ¾ full). Slots are chosen by the standard library's seeded hash,
/// so that nobody can aim at one. A look-up allocates nothing.
public struct Accounts: Sendable {
    /// Each realm once; a record names its realm by the index here.
    private var realms: [[UInt8]] = []
    /// The records, one after the other: length of the user, realm index (2), algorithms (a bit each), the
    /// user, then a digest for each algorithm in their order. Superseded records stay as garbage until
    /// loading ends.
    private var slab: [UInt8] = []
    /// High half: hash bits; low half: offset of the record + 1; 0: free.
    private var slots: [UInt64] = [UInt64](repeating: 0, count: 16)

    /// Users, counted once for each realm.
    public private(set) var count = 0

    /// Nobody.
    public init() {}

    /// Reads an accounts file: all of it, or nothing and the first bad line.
    ///
    /// Blank lines and those that begin with `#` count for nothing. A user may have a line for each
    /// algorithm.
    public init(parsing text: Span<UInt8>) throws(AccountsError) {
        self.init()
        slab.reserveCapacity(min(text.count, 1 << 26))
        var garbage = 0
        try AccountLine.forEachLine(in: text) { (number, line) throws(AccountsError) in
            switch AccountLine.read(text, line) {
            case .nothing: return
            case .fault(let fault): throw AccountsError(line: number, fault: fault)
            case .account(let account):
                let user = text.extracting(account.user)
                let realm = text.extracting(account.realm)
                if let fault = add(user: user, realm: realm, account.value, garbage: &garbage) {
                    throw AccountsError(line: number, fault: fault)
                }
            }
        }
        if garbage > slab.count / 8 { compact() }
    }

    /// What a look-up found. Same work whether there is an account or not.
    public struct Finding: Sendable, BitwiseCopyable {
        /// The user has an account in this realm, with whatever algorithm.
        public let isKnown: Bool
        /// H(A1) for the algorithm asked for; nil without one.
        public let ha1: DigestValue?
    }

    /// Looks a user up in a realm. The bytes are compared as they are: users are case-sensitive.
    public func find(user: Span<UInt8>, realm: Span<UInt8>, algorithm: DigestAlgorithm) -> Finding {
        guard let record = record(user: user, realm: realm) else { return Finding(isKnown: false, ha1: nil) }
        let mask = slab[record + 3]
        guard mask & 1 << algorithm.rawValue != 0 else { return Finding(isKnown: true, ha1: nil) }
        var offset = record + Self.headerSize + Int(slab[record])
        for other in DigestAlgorithm.allCases where other.rawValue < algorithm.rawValue {
            if mask & 1 << other.rawValue != 0 { offset += other.byteCount }
        }
        var value = DigestValue(zerosFor: algorithm)
        for index in 0..<algorithm.byteCount { value.bytes[index] = slab[offset + index] }
        return Finding(isKnown: true, ha1: value)
    }

    /// The user has an account in this realm, with whatever algorithm.
    public func contains(user: Span<UInt8>, realm: Span<UInt8>) -> Bool {
        record(user: user, realm: realm) != nil
    }

    // MARK: the table

    private static let headerSize = 4

    private func record(user: Span<UInt8>, realm: Span<UInt8>) -> Int? {
        let hash = Self.hash(user: user, realm: realm)
        let slot = slot(of: hash, user: user, realm: realm)
        let entry = slots[slot]
        return entry == 0 ? nil : Int(entry & 0xffff_ffff) - 1
    }

    /// The slot that holds the user's record, or the free one where it would go.
    private func slot(of hash: UInt64, user: Span<UInt8>, realm: Span<UInt8>) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            if slots[slot] >> 32 == hash >> 32,
                isRecord(Int(slots[slot] & 0xffff_ffff) - 1, of: user, realm: realm)
            {
                return slot
            }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private func isRecord(_ record: Int, of user: Span<UInt8>, realm: Span<UInt8>) -> Bool {
        guard Int(slab[record]) == user.count else { return false }
        for index in 0..<user.count where slab[record + Self.headerSize + index] != user[index] {
            return false
        }
        return equal(realms[Int(slab[record + 1]) << 8 | Int(slab[record + 2])], realm)
    }

    private static func hash(user: Span<UInt8>, realm: Span<UInt8>) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(user.count)
        user.withUnsafeBytes { hasher.combine(bytes: $0) }
        realm.withUnsafeBytes { hasher.combine(bytes: $0) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    // MARK: loading

    private mutating func add(
        user: Span<UInt8>,
        realm: Span<UInt8>,
        _ value: DigestValue,
        garbage: inout Int,
    ) -> AccountsError.Fault? {
        let hash = Self.hash(user: user, realm: realm)
        let slot = slot(of: hash, user: user, realm: realm)
        let bit = UInt8(1) << value.algorithm.rawValue
        // A user's second line makes a record anew, longer by one digest.
        let old = slots[slot] == 0 ? nil : Int(slots[slot] & 0xffff_ffff) - 1
        let oldMask = old.map { slab[$0 + 3] } ?? 0
        guard oldMask & bit == 0 else { return .repeated }
        guard slab.count < Int(UInt32.max) - 1_024 else { return .tooMany }
        guard let index = index(of: realm) else { return .tooMany }
        slots[slot] = hash & ~0xffff_ffff | UInt64(slab.count + 1)
        slab.append(UInt8(truncatingIfNeeded: user.count))
        slab.append(UInt8(truncatingIfNeeded: index >> 8))
        slab.append(UInt8(truncatingIfNeeded: index))
        slab.append(oldMask | bit)
        for index in 0..<user.count { slab.append(user[index]) }
        var from = (old ?? 0) + Self.headerSize + user.count
        for algorithm in DigestAlgorithm.allCases {
            if algorithm == value.algorithm {
                for index in 0..<algorithm.byteCount { slab.append(value.bytes[index]) }
            } else if oldMask & 1 << algorithm.rawValue != 0 {
                for index in 0..<algorithm.byteCount { slab.append(slab[from + index]) }
                from += algorithm.byteCount
            }
        }
        if let old {
            garbage += size(of: old)
        } else {
            count += 1
            if count * 4 > slots.count * 3 { grow() }
        }
        return nil
    }

    private mutating func index(of realm: Span<UInt8>) -> Int? {
        for index in realms.indices where equal(realms[index], realm) { return index }
        guard realms.count < 1 << 16 else { return nil }
        realms.append((0..<realm.count).map { realm[$0] })
        return realms.count - 1
    }

    private func size(of record: Int) -> Int {
        var size = Self.headerSize + Int(slab[record])
        for algorithm in DigestAlgorithm.allCases where slab[record + 3] & 1 << algorithm.rawValue != 0 {
            size += algorithm.byteCount
        }
        return size
    }

    private mutating func grow() {
        var larger = [UInt64](repeating: 0, count: slots.count * 2)
        let mask = larger.count - 1
        for entry in slots where entry != 0 {
            let record = Int(entry & 0xffff_ffff) - 1
            let user = slab.span.extracting(
                record + Self.headerSize..<record + Self.headerSize + Int(slab[record])
            )
            let realm = realms[Int(slab[record + 1]) << 8 | Int(slab[record + 2])]
            var slot = Int(truncatingIfNeeded: Self.hash(user: user, realm: realm.span)) & mask
            while larger[slot] != 0 { slot = (slot + 1) & mask }
            larger[slot] = entry
        }
        slots = larger
    }

    /// Writes the records anew without those that were superseded.
    private mutating func compact() {
        var tight: [UInt8] = []
        tight.reserveCapacity(slab.count)
        for slot in slots.indices where slots[slot] != 0 {
            let record = Int(slots[slot] & 0xffff_ffff) - 1
            slots[slot] = slots[slot] & ~0xffff_ffff | UInt64(tight.count + 1)
            tight.append(contentsOf: slab[record..<record + size(of: record)])
        }
        slab = tight
    }
}

private func equal(_ a: [UInt8], _ b: Span<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    for index in 0..<b.count where a[index] != b[index] { return false }
    return true
}
