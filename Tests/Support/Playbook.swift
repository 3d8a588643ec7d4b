/// Something that is spoken with in a test: takes messages and time, gives replies and events.
public protocol PlaybookSubject {
    /// Takes a message; returns the reply, nil for silence.
    mutating func receive(_ message: [UInt8]) -> [UInt8]?
    /// Lets so much time pass.
    mutating func advance(seconds: Int)
    /// What has happened since the last call, as words (`removed(expired) sip:alice@…`).
    mutating func takeEvents() -> [String]
}

/// An expected conversation as a list, played against a subject. A mismatch prints all that was said as a
/// ladder, with the place where it went wrong.
public struct Playbook<Subject: PlaybookSubject> {
    /// One step.
    public enum Step {
        /// The subject gets a message, made from its last reply.
        case receive(([UInt8]?) -> [UInt8])
        /// The last reply has this status and contains these lines or parts of lines.
        case expect(Int, containing: [String])
        /// There was no reply.
        case expectSilence
        /// Time passes.
        case advance(seconds: Int)
        /// Exactly these events have happened since they were asked for last.
        case expectEvents([String])
    }

    /// What went wrong, with the conversation up to there.
    public struct Mismatch: Error, CustomStringConvertible {
        /// Step (from 1), what was expected and found, and the ladder.
        public let description: String
    }

    private let steps: [Step]

    /// A conversation of these steps.
    public init(_ steps: [Step]) {
        self.steps = steps
    }

    /// Plays it; throws at the first step that does not come out as it should.
    public func run(on subject: inout Subject) throws(Mismatch) {
        var ladder = Ladder()
        var reply: [UInt8]?
        for (index, step) in steps.enumerated() {
            let problem: String?
            switch step {
            case .receive(let make):
                let message = make(reply)
                ladder.request(message)
                reply = subject.receive(message)
                ladder.reply(reply)
                problem = nil
            case .expect(let status, let parts):
                problem = mismatch(reply, status, parts)
            case .expectSilence:
                problem = reply.map { "expected silence, got \(startLine($0))" }
            case .advance(let seconds):
                subject.advance(seconds: seconds)
                ladder.time(seconds)
                problem = nil
            case .expectEvents(let expected):
                let events = subject.takeEvents()
                problem = events == expected ? nil : "expected events \(expected), got \(events)"
            }
            if let problem {
                throw Mismatch(description: "step \(index + 1): \(problem)\n\(ladder.text)")
            }
        }
    }

    private func mismatch(_ reply: [UInt8]?, _ status: Int, _ parts: [String]) -> String? {
        guard let reply else { return "expected \(status), got silence" }
        let text = String(decoding: reply, as: UTF8.self)
        guard text.hasPrefix("SIP/2.0 \(status) ") else {
            return "expected \(status), got \(startLine(reply))"
        }
        for part in parts where !text.contains(part) { return "the \(status) lacks \"\(part)\":\n\(text)" }
        return nil
    }
}

/// A conversation drawn with arrows, phone on the left and registrar on the right.
private struct Ladder {
    private(set) var text = "  phone                                            registrar\n"

    mutating func request(_ message: [UInt8]) { text += "  |-- \(startLine(message)) -->\n" }

    mutating func reply(_ message: [UInt8]?) {
        text += message.map { "  <-- \(startLine($0)) --|\n" } ?? "  (silence)\n"
    }

    mutating func time(_ seconds: Int) { text += "  ... \(seconds) s ...\n" }
}

private func startLine(_ message: [UInt8]) -> String {
    String(decoding: message.prefix { $0 != 0x0d }, as: UTF8.self)
}
