internal import SIPMessage

/// Reads a DNS server's reply (RFC 1035 §4), as far as one question is concerned. Total on any bytes and bounded.
struct DNSReply {
    /// What it says.
    let answer: DNSAnswer
    /// For how many seconds it may be kept; nil: it doesn't say.
    let seconds: UInt32?

    /// Records of one reply that are looked at, aliases that are followed, records that are kept.
    static let maximumRecords = 256, maximumAliases = 8, maximumKept = 64

    /// What was found on the way through.
    fileprivate struct Contents {
        var aliases: [Alias] = []
        var found: [Found] = []
        var negative: UInt32?
        /// Something could not be read, so that an absence proves nothing.
        var isBroken = false
    }

    fileprivate struct Alias {
        var owner: [UInt8]
        var target: [UInt8]
        var seconds: UInt32
    }

    fileprivate struct Found {
        var owner: [UInt8]
        var record: DNSRecord
        var seconds: UInt32
    }

    /// What a reply says on a question.
    init(_ bytes: [UInt8], to question: DNSQuestion) {
        var reader = DNSReader(bytes)
        guard let counts = reader.header(), counts.questions == 1, reader.skipQuestion() else {
            self.init(answer: .failed, seconds: nil)
            return
        }
        var contents = Contents()
        let records = min(Int(counts.answers) + Int(counts.authorities), Self.maximumRecords)
        for index in 0..<records {
            // What is cut off in the middle says something up to there, and nothing is concluded from its end.
            guard let head = reader.recordHead() else {
                contents.isBroken = true
                break
            }
            contents.take(&reader, head, for: question, isAnswer: index < Int(counts.answers))
            reader.move(to: head.end)
        }
        self.init(question, contents)
    }

    private init(answer: DNSAnswer, seconds: UInt32?) {
        self.answer = answer
        self.seconds = seconds
    }

    /// Follows the aliases from the question's name; records of other names are a stranger's.
    private init(_ question: DNSQuestion, _ contents: Contents) {
        var name = question.name
        var seconds = UInt32.max
        for _ in 0...Self.maximumAliases {
            let own = contents.found.filter { $0.owner == name }
            if !own.isEmpty {
                let shortest = own.reduce(seconds) { min($0, $1.seconds) }
                self.init(answer: .records(own.map(\.record)), seconds: shortest)
                return
            }
            guard let alias = contents.aliases.first(where: { $0.owner == name }) else { break }
            name = alias.target
            seconds = min(seconds, alias.seconds)
        }
        self.init(answer: contents.isBroken ? .failed : .absent, seconds: contents.negative)
    }
}

extension DNSReply.Contents {
    /// Keeps what a record says, if it is one that counts.
    fileprivate mutating func take(
        _ reader: inout DNSReader,
        _ head: DNSReader.RecordHead,
        for question: DNSQuestion,
        isAnswer: Bool,
    ) {
        // The class of the internet.
        guard head.kind == 1 else { return }
        switch head.type {
        case 5 where isAnswer && aliases.count < DNSReply.maximumKept:
            guard let target = reader.name(before: head.end) else { return }
            aliases.append(.init(owner: head.owner, target: target, seconds: head.seconds))
        case question.kind.rawValue where isAnswer && found.count < DNSReply.maximumKept:
            guard let record = reader.record(question.kind, before: head.end) else {
                isBroken = true
                return
            }
            found.append(.init(owner: head.owner, record: record, seconds: head.seconds))
        // RFC 2308 §5: how long the absence of something may be kept.
        case 6 where !isAnswer:
            negative = reader.minimum(before: head.end).map { min($0, head.seconds) }
        default: return
        }
    }
}
