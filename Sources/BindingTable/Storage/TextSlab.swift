/// Blocks of bytes of any size in pieces of 4 KiB that never move: size classes with free lists.
///
/// A block is named by a 32-bit handle. Its first byte is its size class and belongs to the slab; a free
/// block holds the handle of the next free one behind it.
struct TextSlab: Sendable {
    /// No block.
    static let none = UInt32.max
    /// Bytes at a block's beginning that belong to the slab.
    static let overhead = 1

    private static let granuleBits = 3
    private static let pieceBits = 12
    private static let pieceSize = 1 << pieceBits
    /// Class of a block that is a piece of its own.
    private static let whole = UInt8.max
    /// Eight-byte steps to 512 bytes (little waste where the texts are), then steps of an eighth.
    private static let sizes: [Int] = {
        var sizes = Array(stride(from: 8, through: 512, by: 8))
        while let last = sizes.last, last < pieceSize {
            sizes.append(min(pieceSize, (last + last / 8 + 7) / 8 * 8))
        }
        return sizes
    }()

    private var pieces: [[UInt8]] = []
    private var freePieces: [UInt32] = []
    private var firstFree: [UInt32] = []
    /// The piece that new blocks are cut from, and how far it is used.
    private var piece = 0
    private var used = pieceSize
    /// Bytes of all pieces.
    private(set) var capacity = 0

    /// Makes room for a block of so many bytes, the overhead included; nil if handles have run out (32 GiB).
    mutating func allocate(_ count: Int) -> UInt32? {
        guard let size = Self.sizeClass(of: count) else { return allocateWhole(count) }
        if firstFree.isEmpty { firstFree = Array(repeating: Self.none, count: Self.sizes.count) }
        // A block a little too large is better than more memory: two classes up at most.
        for candidate in size..<min(size + 3, Self.sizes.count) where firstFree[candidate] != Self.none {
            let handle = firstFree[candidate]
            firstFree[candidate] = nextFree(handle)
            return handle
        }
        return cut(size)
    }

    /// Gives a block back.
    mutating func free(_ handle: UInt32) {
        let (piece, offset) = Self.place(of: handle)
        let size = pieces[piece][offset]
        if size == Self.whole {
            capacity -= pieces[piece].count
            pieces[piece] = []
            freePieces.append(UInt32(truncatingIfNeeded: piece))
        } else {
            release(piece, offset, Int(size))
        }
    }

    /// How many bytes a block can hold, the overhead included.
    func room(_ handle: UInt32) -> Int {
        let (piece, offset) = Self.place(of: handle)
        let size = pieces[piece][offset]
        return size == Self.whole ? pieces[piece].count : Self.sizes[Int(size)]
    }

    /// Calls `body` with a block's bytes, the overhead included.
    func withBytes<R>(_ handle: UInt32, _ body: (Span<UInt8>) -> R) -> R {
        let (index, offset) = Self.place(of: handle)
        let piece = pieces[index]
        let size = piece[offset]
        let count = size == Self.whole ? piece.count : Self.sizes[Int(size)]
        return body(piece.span.extracting(offset..<offset + count))
    }

    /// Fills a block from behind its overhead on; the bytes must fit.
    mutating func write(_ bytes: Span<UInt8>, to handle: UInt32) {
        let (piece, offset) = Self.place(of: handle)
        let start = offset + Self.overhead
        pieces[piece].withUnsafeMutableBytes { target in
            bytes.withUnsafeBytes { source in
                UnsafeMutableRawBufferPointer(rebasing: target[start..<start + source.count])
                    .copyMemory(from: source)
            }
        }
    }

    private static func place(of handle: UInt32) -> (piece: Int, offset: Int) {
        let perPiece = UInt32(pieceBits - granuleBits)
        return (Int(handle >> perPiece), Int(handle & (1 << perPiece - 1)) << granuleBits)
    }

    private static func handle(_ piece: Int, _ offset: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: piece << (pieceBits - granuleBits) | offset >> granuleBits)
    }

    private static func sizeClass(of count: Int) -> Int? {
        if count <= 512 { return max(0, (count + 7) / 8 - 1) }
        return sizes.firstIndex { $0 >= count }
    }

    private mutating func cut(_ size: Int) -> UInt32? {
        let count = Self.sizes[size]
        if used + count > Self.pieceSize {
            keepRest()
            guard let next = addPiece(Self.pieceSize) else { return nil }
            piece = next
            used = 0
        }
        let offset = used
        used += count
        pieces[piece][offset] = UInt8(truncatingIfNeeded: size)
        return Self.handle(piece, offset)
    }

    /// What is left of the current piece becomes a free block of the largest class that fits.
    private mutating func keepRest() {
        let rest = Self.pieceSize - used
        guard rest >= Self.sizes[0], let size = Self.sizes.lastIndex(where: { $0 <= rest }) else { return }
        pieces[piece][used] = UInt8(truncatingIfNeeded: size)
        release(piece, used, size)
        used = Self.pieceSize
    }

    private mutating func allocateWhole(_ count: Int) -> UInt32? {
        guard let piece = addPiece(count) else { return nil }
        pieces[piece][0] = Self.whole
        return Self.handle(piece, 0)
    }

    private mutating func addPiece(_ count: Int) -> Int? {
        let bytes = [UInt8](repeating: 0, count: count)
        if let number = freePieces.popLast() {
            pieces[Int(number)] = bytes
            capacity += count
            return Int(number)
        }
        guard pieces.count < 1 << (32 - Self.pieceBits + Self.granuleBits) - 1 else { return nil }
        pieces.append(bytes)
        capacity += count
        return pieces.count - 1
    }

    private mutating func release(_ piece: Int, _ offset: Int, _ size: Int) {
        let next = firstFree[size]
        for index in 0..<4 {
            pieces[piece][offset + 1 + index] = UInt8(truncatingIfNeeded: next >> UInt32(8 * index))
        }
        firstFree[size] = Self.handle(piece, offset)
    }

    private func nextFree(_ handle: UInt32) -> UInt32 {
        let (piece, offset) = Self.place(of: handle)
        var next: UInt32 = 0
        for index in 0..<4 { next |= UInt32(pieces[piece][offset + 1 + index]) << UInt32(8 * index) }
        return next
    }
}
