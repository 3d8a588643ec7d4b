import SIPMessage

/// Answers a datagram as STUN; an answer must be a response to that very request, whole, and hardly longer.
func fuzzSTUN(_ input: [UInt8]) {
    let source = Endpoint(address: IPAddress(ipv6High: 0x2001_0db8_0000_0000, low: 1), port: 5060)
    var output: [UInt8] = [7]
    guard STUNBinding.answer(input.span, from: source, into: &output) else {
        precondition(output == [7], "silence left something behind")
        return
    }
    let answer = Array(output.dropFirst())
    precondition(STUNBinding.isSTUN(input.span) && STUNBinding.isSTUN(answer.span))
    precondition(answer.count <= input.count + 24, "the answer is too long")
    precondition(answer[4..<20] == input[4..<20], "another transaction")
    precondition(answer[0] == 1 && Int(answer[2]) << 8 | Int(answer[3]) == answer.count - 20)
    var again: [UInt8] = []
    precondition(!STUNBinding.answer(answer.span, from: source, into: &again), "an answer is answered")
    // Three attributes that are not understood.
    trap(if: answer[1] == 0x11 && answer.count >= 40)
}
