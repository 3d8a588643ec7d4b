/// Runs a pattern over bytes. It remembers the sets of instructions that it has met as states of a
/// deterministic automaton, so that a byte of text costs one look-up; their number is bounded, and when it
/// is reached the memory is cleared and filled anew.
struct PatternMatcher: Sendable {
    /// A set of instructions.
    private struct States: Hashable {
        var words: SIMD4<UInt64> = .zero

        /// Whether the instruction was new.
        mutating func insert(_ index: UInt16) -> Bool {
            let bit = UInt64(1) << UInt64(index & 63)
            let word = Int(index >> 6)
            guard words[word] & bit == 0 else { return false }
            words[word] |= bit
            return true
        }
    }

    private static let maximumStates = 512

    private let pattern: Pattern
    private var states: [States] = []
    /// Number of the state after a byte, for each state and byte; 0 if it hasn't been worked out.
    private var transitions: [UInt16] = []
    /// Bit 0: matched. Bit 1: matched if the text ends here.
    private var outcomes: [UInt8] = []
    private var numbers: [States: UInt16] = [:]
    private var first: UInt16 = 0

    init(_ pattern: Pattern) {
        self.pattern = pattern
        clear()
    }

    /// The pattern matches somewhere in the bytes of a range.
    mutating func matches(_ bytes: Span<UInt8>, in range: Range<Int>) -> Bool {
        var state = first
        for index in range {
            if outcomes[Int(state)] & 1 != 0 { return true }
            let known = transitions[Int(state) << 8 | Int(bytes[index])]
            state = known != 0 ? known - 1 : step(from: &state, bytes[index])
        }
        return outcomes[Int(state)] != 0
    }

    private mutating func clear() {
        states.removeAll(keepingCapacity: true)
        transitions.removeAll(keepingCapacity: true)
        outcomes.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        var beginning = States()
        follow(pattern.start, into: &beginning, isStart: true, isEnd: false)
        first = add(beginning)
    }

    private mutating func add(_ set: States) -> UInt16 {
        if let known = numbers[set] { return known }
        let number = UInt16(states.count)
        states.append(set)
        transitions.append(contentsOf: repeatElement(0, count: 256))
        outcomes.append(outcome(of: set))
        numbers[set] = number
        return number
    }

    private mutating func step(from state: inout UInt16, _ byte: UInt8) -> UInt16 {
        var result = States()
        // A match may begin at every byte.
        follow(pattern.start, into: &result, isStart: false, isEnd: false)
        forEach(in: states[Int(state)]) { instruction in
            if case .byte(let byteClass, let next) = instruction,
                pattern.classes[Int(byteClass)].contains(byte)
            {
                follow(next, into: &result, isStart: false, isEnd: false)
            }
        }
        if states.count >= Self.maximumStates {
            let current = states[Int(state)]
            clear()
            state = add(current)
        }
        let number = add(result)
        transitions[Int(state) << 8 | Int(byte)] = number + 1
        return number
    }

    private func forEach(in set: States, _ body: (Pattern.Instruction) -> Void) {
        for word in 0..<4 {
            var bits = set.words[word]
            while bits != 0 {
                let index = word << 6 | bits.trailingZeroBitCount
                bits &= bits - 1
                if index < pattern.instructions.count { body(pattern.instructions[index]) }
            }
        }
    }

    /// Adds an instruction and all that can be reached from it without a byte.
    private func follow(_ entry: UInt16, into set: inout States, isStart: Bool, isEnd: Bool) {
        var waiting = [entry]
        while let index = waiting.popLast() {
            guard set.insert(index) else { continue }
            switch pattern.instructions[Int(index)] {
            case .split(let one, let other):
                waiting.append(other)
                waiting.append(one)
            case .atStart(let next): if isStart { waiting.append(next) }
            case .atEnd(let next): if isEnd { waiting.append(next) }
            case .byte, .accept: break
            }
        }
    }

    private func outcome(of set: States) -> UInt8 {
        var result: UInt8 = 0
        var atEnd = States()
        forEach(in: set) { instruction in
            if case .accept = instruction { result |= 1 }
            if case .atEnd(let next) = instruction { follow(next, into: &atEnd, isStart: false, isEnd: true) }
        }
        forEach(in: atEnd) { instruction in
            if case .accept = instruction { result |= 2 }
        }
        return result
    }
}
