/// Cuts a stream of bytes into lines of bounded length.
struct LineCutter {
    /// What comes next.
    enum Piece: Equatable {
        /// A line without its end.
        case line([UInt8])
        /// A line is longer than may be.
        case tooLong
    }

    /// Bytes that a line may have, without its end.
    var limit: Int
    private var bytes: [UInt8] = []
    private var start = 0
    /// Up to here there is no line's end.
    private var searched = 0

    init(limit: Int) { self.limit = limit }

    /// Bytes that wait for the end of their line, or for `next`.
    var count: Int { bytes.count - start }

    mutating func append(_ new: some Sequence<UInt8>) {
        if start > 0 {
            bytes.removeFirst(start)
            searched -= start
            start = 0
        }
        bytes.append(contentsOf: new)
    }

    /// The next line that is whole; nil if there is none yet. Empty lines are passed over.
    mutating func next() -> Piece? {
        while let end = bytes[searched...].firstIndex(of: 0x0a) {
            let line = bytes[start..<end]
            start = end + 1
            searched = start
            guard line.count <= limit else { return .tooLong }
            if line.last == 0x0d, line.count == 1 { continue }
            if !line.isEmpty { return .line(Array(line)) }
        }
        searched = bytes.count
        return count > limit ? .tooLong : nil
    }
}
