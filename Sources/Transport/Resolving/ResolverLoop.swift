internal import CCares
internal import CSocket
internal import Glibc
internal import SIPMessage
internal import Timing

/// The resolver's thread: lives on it only.
final class ResolverLoop {
    /// A question that is open, with those who wait for its answer.
    private struct Open {
        var completions: [ResolverMailbox.Completion]
        var deadline: Timestamp
    }

    /// What c-ares gives back with an answer.
    private final class Question {
        let question: DNSQuestion
        let loop: ResolverLoop

        init(_ question: DNSQuestion, _ loop: ResolverLoop) {
            self.question = question
            self.loop = loop
        }
    }

    private let settings: ResolverSettings
    private let mailbox: ResolverMailbox
    private var channel: ccares_channel?
    private var open: [DNSQuestion: Open] = [:]
    /// What c-ares still works on, those included whose patience is at its end.
    private var asked = 0
    private var servers: ServersFile

    /// Those who wait for one answer; more are refused.
    private static let maximumWaiting = 256
    private static let sockets = 16

    init(_ settings: ResolverSettings, _ mailbox: ResolverMailbox) {
        self.settings = settings
        self.mailbox = mailbox
        servers = ServersFile()
    }

    /// Serves until the mailbox says stop.
    func run() {
        var polls = [pollfd](repeating: pollfd(), count: Self.sockets + 1)
        while true {
            let (requests, isStopped) = mailbox.take()
            let now = SystemClock.read().timestamp
            for (question, completion) in requests { begin(question, at: now, completion) }
            if isStopped { break }
            var count = 0
            var patience: Int32 = -1
            if let channel, asked > 0 {
                count = Int(polls.withUnsafeMutableBufferPointer { ccares_sockets(channel, $0.baseAddress) })
                patience = ccares_patience(channel, 200)
            }
            polls[count] = pollfd(fd: mailbox.wake, events: Int16(POLLIN), revents: 0)
            let ready = poll(&polls, nfds_t(count + 1), open.isEmpty && asked == 0 ? -1 : min(200, patience))
            if ready > 0, polls[count].revents != 0 { lowerWake() }
            serve(polls[..<count])
            giveUp(at: SystemClock.read().timestamp)
        }
        end()
    }

    private func lowerWake() {
        var number: UInt64 = 0
        _ = read(mailbox.wake, &number, 8)
    }

    private func serve(_ polls: ArraySlice<pollfd>) {
        guard let channel, asked > 0 else { return }
        for var poll in polls where poll.revents != 0 { ccares_serve(channel, &poll) }
        ccares_advance(channel)
    }

    private func begin(
        _ question: DNSQuestion,
        at now: Timestamp,
        _ completion: @escaping ResolverMailbox.Completion,
    ) {
        // Answered while it lay in the mailbox.
        if let answer = mailbox.known(question, at: now) { return completion(answer) }
        if var waiting = open[question] {
            guard waiting.completions.count < Self.maximumWaiting else { return completion(.failed) }
            open[question] = nil
            waiting.completions.append(completion)
            open[question] = waiting
            return
        }
        guard asked < settings.maximumOpen, question.isAskable else { return completion(.failed) }
        if let answer = hosts(question) {
            mailbox.keep(answer, seconds: 10, to: question, at: now)
            return completion(answer)
        }
        guard let channel = channel(at: now), let name = String(validating: question.name, as: UTF8.self)
        else {
            return completion(.failed)
        }
        open[question] = Open(completions: [completion], deadline: now + settings.limit)
        asked += 1
        let context = Unmanaged.passRetained(Question(question, self)).toOpaque()
        ccares_ask(channel, name, Int32(question.kind.rawValue), Self.answered, context)
    }

    /// Called by c-ares once for each question, perhaps before `ccares_ask` returns.
    private static let answered: ccares_answer = { context, ending, bytes, count in
        guard let context else { return }
        let question = Unmanaged<Question>.fromOpaque(context).takeRetainedValue()
        let reply = [UInt8](UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : max(0, Int(count))))
        question.loop.take(reply, Int(ending), to: question.question)
    }

    private func take(_ bytes: [UInt8], _ ending: Int, to question: DNSQuestion) {
        asked -= 1
        let isReply = ending == ccares_found || (ending == ccares_absent && !bytes.isEmpty)
        let reply = isReply ? DNSReply(bytes, to: question) : nil
        let isAbsent = ending == ccares_absent
        finish(question, isAbsent ? .absent : reply?.answer ?? .failed, seconds: reply?.seconds)
    }

    private func finish(_ question: DNSQuestion, _ answer: DNSAnswer, seconds: UInt32?) {
        mailbox.keep(answer, seconds: seconds, to: question, at: SystemClock.read().timestamp)
        for completion in open.removeValue(forKey: question)?.completions ?? [] { completion(answer) }
    }

    /// Those who have waited long enough learn that nothing came; c-ares goes on for a while.
    private func giveUp(at now: Timestamp) {
        for (question, waiting) in open where waiting.deadline <= now {
            finish(question, .failed, seconds: nil)
        }
    }

    /// What the file of hosts says; a host that has addresses there of the other family only has none of this one.
    private func hosts(_ question: DNSQuestion) -> DNSAnswer? {
        guard settings.readsHostsFile, question.kind == .a || question.kind == .aaaa,
            let channel = channel(at: SystemClock.read().timestamp),
            let name = String(validating: question.name, as: UTF8.self)
        else { return nil }
        let wanted = Self.hosts(channel, name, isIPv4: question.kind == .a)
        guard wanted.isEmpty else { return .records(wanted.map { .address($0) }) }
        let others = Self.hosts(channel, name, isIPv4: question.kind != .a)
        return others.isEmpty ? nil : .absent
    }

    private static func hosts(_ channel: ccares_channel, _ name: String, isIPv4: Bool) -> [IPAddress] {
        let size = isIPv4 ? 4 : 16
        var bytes = [UInt8](repeating: 0, count: 8 * size)
        let count = Int(ccares_hosts(channel, name, isIPv4 ? 1 : 0, &bytes, 8))
        return (0..<min(8, max(0, count))).map { index in
            var high: UInt64 = 0
            var low: UInt64 = 0
            for octet in bytes[(index * size)..<((index + 1) * size)] {
                high = high << 8 | low >> 56
                low = low << 8 | UInt64(octet)
            }
            return isIPv4
                ? IPAddress(ipv4: UInt32(truncatingIfNeeded: low)) : IPAddress(ipv6High: high, low: low)
        }
    }

    /// The channel, a new one when the system's list of servers has changed and nothing is asked.
    private func channel(at now: Timestamp) -> ccares_channel? {
        if let channel {
            guard asked == 0, settings.servers.isEmpty, servers.hasChanged(at: now) else { return channel }
            ccares_close(channel)
        }
        let patience = Int32(clamping: settings.patience.nanoseconds / 1_000_000)
        let list = settings.servers.isEmpty ? nil : settings.servers.joined(separator: ",")
        channel = ccares_open(list, max(1, patience), Int32(clamping: max(1, settings.tries)))
        return channel
    }

    private func end() {
        if let channel { ccares_close(channel) }
        channel = nil
        for question in Array(open.keys) { finish(question, .failed, seconds: nil) }
    }
}

/// Notices that the system's list of DNS servers was written anew.
private struct ServersFile {
    private var looked: Timestamp?
    private var changed = timespec()

    private static let path = "/etc/resolv.conf"
    private static let pause = Interval.seconds(5)

    /// Looks at most every few seconds.
    mutating func hasChanged(at now: Timestamp) -> Bool {
        if let looked, now - looked < Self.pause { return false }
        let isFirst = looked == nil
        looked = now
        var status = stat()
        guard stat(Self.path, &status) == 0 else { return false }
        let before = changed
        changed = status.st_mtim
        return !isFirst && (before.tv_sec != changed.tv_sec || before.tv_nsec != changed.tv_nsec)
    }
}
