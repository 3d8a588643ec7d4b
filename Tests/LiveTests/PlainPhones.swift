import Foundation
import Glibc

/// Phones over one UDP socket that know of SIP what stands in this file, and nothing of the program's own code: they
/// remember what they were promised.
final class PlainPhones {
    /// One contact of one phone.
    struct Place: Hashable {
        var user: Int, contact: Int
    }

    /// A binding as it was asked for: the two moments between which its end lies, on the monotonic clock.
    struct Promise: Equatable {
        var cseq: Int, granted: Int
        var endsFrom: Double, endsTo: Double
    }

    /// A request that is on its way.
    private struct Sent {
        var place: Place
        var cseq: Int, asked: Int
        var at: Double
    }

    /// What a contact is: as acknowledged last, or as a request would have it that was never answered.
    private struct Truth {
        var acknowledged: Promise?
        /// What it may be as well: the request before, whose end is so near that looking can't tell which it is.
        var doubt: Promise?
        var pending: Sent?
    }

    let users: Int, contacts: Int
    private let socket: Int32
    private let port: UInt16
    private var local: UInt16 = 0
    private var random: Generator
    private var truth: [Place: Truth] = [:]
    private var sent: [String: Sent] = [:]
    private var busy: Set<Int> = []
    private var cseq = 0
    /// Each request that was ever sent, by Call-ID and CSeq: the address of record, contact and seconds.
    private(set) var history: [String: String] = [:]
    /// Replies that granted something or took it away, replies by status, requests that nobody ever answered but
    /// were carried out all the same, and such that were not.
    private(set) var acknowledged = 0, statuses: [Int: Int] = [:], carriedOut = 0, lost = 0
    /// What must not be.
    private(set) var complaints: [String] = []
    /// Refusals without Retry-After.
    private(set) var rude = 0

    /// Phones of a registrar at a port of this machine.
    init(port: UInt16, users: Int, contacts: Int, seed: UInt64) throws {
        self.port = port
        self.users = users
        self.contacts = contacts
        random = Generator(state: seed)
        socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = Self.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard socket >= 0, isBound else { throw CocoaError(.fileReadUnknown) }
        local = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(socket) }

    // MARK: The wire

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    /// Seconds of the monotonic clock.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private func send(_ text: String) {
        var address = Self.address(port)
        let bytes = Array(text.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private func request(_ user: Int, callID: String, cseq: Int, contact: String) -> String {
        """
        REGISTER sip:sip.test SIP/2.0\r
        Via: SIP/2.0/UDP 127.0.0.1:\(local);branch=z9hG4bK\(cseq)x\(user);rport\r
        Max-Forwards: 70\r
        From: <sip:u\(user)@sip.test>;tag=t\(cseq)\r
        To: <sip:u\(user)@sip.test>\r
        Call-ID: \(callID)\r
        CSeq: \(cseq) REGISTER\r
        \(contact)Content-Length: 0\r
        \r

        """
    }

    private func uri(_ place: Place) -> String {
        "sip:u\(place.user)@127.0.0.1:\(local);line=\(place.contact)"
    }

    /// The next reply that is there within a time, nil if none is.
    private func receive(within seconds: Double) -> String? {
        var poll = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, Int32(max(0, (seconds * 1_000).rounded(.up)))) > 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        // ICMP says that nobody listens: no reply either.
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    /// The value of the first line that begins with a name.
    private func value(_ name: String, in message: String) -> String {
        let line = message.components(separatedBy: "\r\n").first {
            $0.lowercased().hasPrefix(name.lowercased() + ":")
        }
        return line.map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) } ?? ""
    }

    /// Call-ID and CSeq number of a message.
    private func key(_ message: String) -> String {
        value("Call-ID", in: message) + " "
            + (value("CSeq", in: message).components(separatedBy: " ").first ?? "")
    }

    /// The contacts of a 200 with what is left of them in seconds.
    private func bindings(in message: String) -> [String: Int] {
        var found: [String: Int] = [:]
        for line in message.components(separatedBy: "\r\n") where line.lowercased().hasPrefix("contact:") {
            for part in line.dropFirst(8).components(separatedBy: "<").dropFirst() {
                let halves = part.components(separatedBy: ">")
                guard halves.count == 2, let after = halves[1].components(separatedBy: "expires=").last else {
                    continue
                }
                found[halves[0]] = Int(after.prefix { $0.isNumber }) ?? -1
            }
        }
        return found
    }

    // MARK: Load

    /// Registers, refreshes and removes for so long, each phone one request after the other.
    func load(seconds: Double) {
        let end = Self.now + seconds
        while Self.now < end {
            for user in 0..<users where !busy.contains(user) { sendSomething(user) }
            if let reply = receive(within: max(0, min(0.002, end - Self.now))) { take(reply) }
        }
    }

    /// Sends one request of a phone and takes replies until it is answered; gives the status, 0 if it wasn't.
    func register(user: Int, contact: Int = 0, seconds: Int, patience: Double = 5) -> Int {
        let key = send(Place(user: user, contact: contact), asked: seconds)
        let end = Self.now + patience
        while sent[key] != nil, Self.now < end {
            guard let reply = receive(within: end - Self.now) else { continue }
            let status = take(reply)
            if self.key(reply) == key { return status }
        }
        return 0
    }

    private func sendSomething(_ user: Int) {
        let place = Place(user: user, contact: random.below(contacts))
        let isThere = truth[place]?.acknowledged != nil
        send(place, asked: isThere && random.below(6) == 0 ? 0 : 600 + random.below(2_900))
    }

    @discardableResult
    private func send(_ place: Place, asked: Int) -> String {
        cseq += 1
        let callID = "c\(place.user)-\(place.contact)@\(local)"
        let key = "\(callID) \(cseq)"
        let request = Sent(place: place, cseq: cseq, asked: asked, at: Self.now)
        sent[key] = request
        truth[place, default: Truth()].pending = request
        busy.insert(place.user)
        history[key] = "u\(place.user)@sip.test|\(uri(place))|\(asked)"
        let contact = "Contact: <\(uri(place))>;expires=\(asked)\r\n"
        send(self.request(place.user, callID: callID, cseq: cseq, contact: contact))
        return key
    }

    /// Takes a reply; gives its status.
    @discardableResult
    private func take(_ reply: String) -> Int {
        let status = Int(reply.dropFirst(8).prefix(3)) ?? 0
        let key = key(reply)
        guard status >= 200, let request = sent.removeValue(forKey: key) else { return status }
        statuses[status, default: 0] += 1
        busy.remove(request.place.user)
        truth[request.place]?.pending = nil
        guard status == 200 else {
            if status >= 500, value("Retry-After", in: reply).isEmpty { rude += 1 }
            return status
        }
        acknowledged += 1
        let granted = bindings(in: reply)[uri(request.place)]
        if request.asked == 0 {
            if granted != nil { complaints.append("\(key): still there in the 200 to its removal") }
            truth[request.place] = Truth()
        } else if let granted, abs(granted - request.asked) <= 1 {
            truth[request.place] = Truth(acknowledged: promise(request, until: Self.now))
        } else {
            complaints.append("\(key): asked for \(request.asked) and got \(granted ?? 0)")
        }
        return status
    }

    private func promise(_ request: Sent, until reply: Double) -> Promise? {
        guard request.asked > 0 else { return nil }
        return Promise(
            cseq: request.cseq,
            granted: request.asked,
            endsFrom: request.at + Double(request.asked),
            endsTo: reply + Double(request.asked)
        )
    }

    /// Takes what the registrar had sent before its end, and gives up on the rest.
    func hangUp() {
        while let reply = receive(within: 0.001) { take(reply) }
        sent.removeAll()
        busy.removeAll()
    }

    // MARK: Looking

    /// The registrar answers; false if it doesn't within so many seconds.
    func isAnswered(within seconds: Double, while isAlive: () -> Bool = { true }) -> Bool {
        let end = Self.now + seconds
        while Self.now < end, isAlive() {
            if ask(0, within: 0.02) != nil { return true }
            usleep(2_000)
        }
        return false
    }

    /// What is bound, by the registrar's own word.
    private func ask(_ user: Int, within seconds: Double) -> (found: [String: Int], from: Double, to: Double)?
    {
        cseq += 1
        let callID = "q\(user)@\(local)"
        let from = Self.now
        send(request(user, callID: callID, cseq: cseq, contact: ""))
        let end = from + seconds
        while Self.now < end, let reply = receive(within: end - Self.now) {
            guard key(reply) == "\(callID) \(cseq)", reply.hasPrefix("SIP/2.0 200") else {
                take(reply)
                continue
            }
            return (bindings(in: reply), from, Self.now)
        }
        return nil
    }

    /// Asks what each phone is bound to and compares: what was acknowledged is there, with its end; what is there was
    /// asked for. From then on what is there is the truth.
    func verify(_ when: String) {
        for user in 0..<users {
            guard let answer = ask(user, within: 1) ?? ask(user, within: 5) else {
                complaints.append("\(when): u\(user) gets no answer")
                continue
            }
            var found = answer.found
            for contact in 0..<contacts {
                let place = Place(user: user, contact: contact)
                compare(place, found.removeValue(forKey: uri(place)), answer.from, answer.to, when)
            }
            for (uri, left) in found { complaints.append("\(when): u\(user) is bound to \(uri) for \(left)") }
        }
    }

    private func compare(_ place: Place, _ left: Int?, _ from: Double, _ to: Double, _ when: String) {
        let known = truth[place] ?? Truth()
        var candidates: [Promise?] = known.doubt.map { [$0] } ?? []
        candidates.append(known.acknowledged)
        let before = candidates.count
        if let pending = known.pending { candidates.append(promise(pending, until: from)) }
        let fitting = candidates.indices.filter { index in
            guard let promise = candidates[index], let left else {
                return candidates[index] == nil && left == nil
            }
            // What is left is rounded up to a second; a second more for the two clocks.
            return Double(left) >= promise.endsFrom - to - 1 && Double(left) <= promise.endsTo - from + 2
        }
        if let last = fitting.last {
            if known.pending != nil { last == before ? (carriedOut += 1) : (lost += 1) }
            let doubt = fitting.dropLast().last.flatMap { candidates[$0] }
            truth[place] = Truth(acknowledged: candidates[last], doubt: doubt)
        } else {
            let ends = candidates.map { $0.map { "\(Int($0.endsFrom - from)) s left" } ?? "nothing" }
            let seen = left.map { "\($0) s left" } ?? "nothing"
            complaints.append(
                "\(when): \(uri(place)) expected \(ends.joined(separator: " or ")), found \(seen)"
            )
            truth[place] = Truth()
        }
    }

    /// Rows of the store as `AOR|CONTACT|GRANTED|CALL-ID CSEQ`: each is a request that was sent, and the one that was
    /// acknowledged last; none is missing. To be called after `verify`.
    func compare(rows: [String], _ when: String) {
        var expected: Set<String> = []
        for (place, truth) in truth {
            let possible = [truth.doubt, truth.acknowledged].compactMap { $0 }.map { promise in
                "u\(place.user)@sip.test|\(uri(place))|\(promise.granted)|"
                    + "c\(place.user)-\(place.contact)@\(local) \(promise.cseq)"
            }
            guard let row = possible.first(where: rows.contains) ?? possible.last else { continue }
            expected.insert(row)
        }
        for row in rows where !expected.contains(row) {
            let key = row.components(separatedBy: "|").last ?? ""
            complaints.append("\(when): stored \(row), sent \(history[key] ?? "nothing like it")")
        }
        for row in expected.subtracting(rows) { complaints.append("\(when): not stored \(row)") }
    }

    /// How many contacts are bound, as far as the phones know.
    var bound: Int { truth.values.count { $0.acknowledged != nil } }

    /// One of so many, from the phones' seed.
    func chance(_ bound: Int) -> Int { random.below(bound) }

    private struct Generator {
        var state: UInt64

        /// A number below `bound` (SplitMix64).
        mutating func below(_ bound: Int) -> Int {
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = state
            word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            return Int((word ^ (word >> 31)) % UInt64(max(1, bound)))
        }
    }
}

/// The program serving, as a process of its own until it is ended.
final class ServingProcess {
    let process: pid_t
    private(set) var hasEnded = false

    /// Starts it, behind other words if there are any (`/usr/bin/strace …`); what it says is appended to a file.
    init(_ arguments: [String], behind words: [String] = [], log: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let all = words + [Program.path, "serve"] + arguments
        var list = all.map { strdup($0) } + [nil]
        let variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("REGTOP_") }
        var settings =
            variables.map { strdup("\($0.key)=\($0.value)") } + [strdup("SWIFT_BACKTRACE=enable=no"), nil]
        defer { for text in list + settings { free(text) } }
        var process: pid_t = 0
        guard posix_spawn(&process, all[0], &actions, &attributes, &list, &settings) == 0 else {
            throw CocoaError(.executableLoad)
        }
        self.process = process
    }

    deinit { end(SIGKILL) }

    /// It runs.
    var isAlive: Bool {
        if !hasEnded, waitpid(process, nil, WNOHANG) != 0 { hasEnded = true }
        return !hasEnded
    }

    /// Sends a signal and waits for the end.
    func end(_ signal: Int32) {
        guard !hasEnded else { return }
        kill(process, signal)
        while waitpid(process, nil, 0) < 0, errno == EINTR {}
        hasEnded = true
    }
}
