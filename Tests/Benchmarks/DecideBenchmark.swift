import BindingTable
import Registrar
import SIPDigest
import SIPMessage
import SIPTransaction
import Timing

/// Sends REGISTER requests through a whole core, without a network: what `handle` costs of processor time.
///
/// `refresh` is open registration, each phone with its Call-ID and a CSeq one higher; `login` is the pair of a
/// 401 and a 200 with MD5 against an accounts file. Phones come in shuffled order, in batches of 64 as the
/// socket gives them; making the requests and the phones' own digests are not counted.
enum DecideBenchmark {
    private static let batch = 64

    static func run(_ arguments: [String]) {
        let mode = arguments.first ?? "refresh"
        let users = max(arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000, batch)
        let rounds = max(arguments.dropFirst(2).first.flatMap { Int($0) } ?? 4, 1)
        do {
            var subject = try Subject(users: users, hasPasswords: mode == "login")
            for round in 0..<rounds {
                let time = mode == "login" ? subject.login() : subject.refresh()
                print(
                    """
                    {"act":"\(mode)","round":\(round),"phones":\(users),"ns_cpu_mean":\(Int(time.mean)),\
                    "ns_cpu_best_batch":\(Int(time.best)),"refused":\(subject.refused)}
                    """
                )
            }
        } catch {
            print("Benchmarks decide: \(error)")
        }
    }

    private struct Subject: ~Copyable {
        private var core: RegistrarCore
        private let worker: DigestWorker
        private var order: [Int]
        private var now = Timestamp(nanoseconds: 1_000_000_000_000)
        private var cseq = 0
        private var reply: [UInt8] = []
        /// Answers that were not the ones wanted.
        private(set) var refused = 0

        init(users: Int, hasPasswords: Bool) throws(DigestError) {
            let domain = Array("bench.example".utf8)
            let worker = try DigestWorker(lane: 250)
            var access = Domain.Access.open
            if hasPasswords {
                access = .digest(Self.accounts(users, domain, worker))
            }
            let digest = DigestPolicy(realm: domain, algorithms: [.md5], qop: [.auth])
            let policy = Policy(domains: [Domain(name: domain, access: access, digest: digest)])
            let mint = NonceMint(secret: (0x5eed, 0x5eed), epoch: 1)
            let state = RegistrarState(
                table: BindingTable(seed: 0x5eed),
                policy: PolicyBox(policy),
                verifier: DigestVerifier(mint: mint, window: NonceCountWindow())
            )
            self.init(core: try RegistrarCore(state), worker: worker, users: users)
        }

        private init(core: consuming RegistrarCore, worker: DigestWorker, users: Int) {
            self.core = core
            self.worker = worker
            order = Array(0..<users).shuffled()
            reply.reserveCapacity(1 << 16)
        }

        private static func name(_ user: Int) -> String {
            let digits = String(user)
            return "user" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        }

        private static func accounts(_ users: Int, _ domain: [UInt8], _ worker: DigestWorker) -> Accounts {
            var text: [UInt8] = []
            let password = Array("secret".utf8)
            for user in 0..<users {
                let name = Array(Self.name(user).utf8)
                text += name + [0x3a] + domain + [0x3a]
                worker.ha1(.md5, user: name.span, realm: domain.span, password: password.span)?.hex
                    .append(to: &text)
                text.append(0x0a)
            }
            return (try? Accounts(parsing: text.span)) ?? Accounts()
        }

        mutating func refresh() -> (mean: Double, best: Double) {
            cseq += 1
            return measure { subject, slice in
                let requests = slice.map { subject.request($0, subject.cseq, nil) }
                return subject.time(requests, wanted: 200)
            }
        }

        mutating func login() -> (mean: Double, best: Double) {
            cseq += 2
            return measure { subject, slice in
                let first = slice.map { subject.request($0, subject.cseq, nil) }
                var challenges: [[UInt8]] = []
                let asked = subject.time(first, wanted: 401, replies: &challenges)
                var second: [[UInt8]] = []
                for (user, challenge) in zip(slice, challenges) {
                    second.append(subject.request(user, subject.cseq + 1, challenge))
                }
                return asked + subject.time(second, wanted: 200)
            }
        }

        private mutating func measure(
            _ act: (inout Subject, ArraySlice<Int>) -> Double
        ) -> (mean: Double, best: Double) {
            var total = 0.0
            var best = Double.infinity
            var start = 0
            while start + batch <= order.count {
                let slice = order[start..<start + batch]
                let time = act(&self, slice) / Double(batch)
                total += time
                best = min(best, time)
                start += batch
            }
            return (total / Double(start / batch), best)
        }

        private mutating func time(_ requests: [[UInt8]], wanted: UInt16) -> Double {
            var ignored: [[UInt8]] = []
            return time(requests, wanted: wanted, replies: &ignored)
        }

        private mutating func time(_ requests: [[UInt8]], wanted: UInt16, replies: inout [[UInt8]]) -> Double
        {
            now = now + .milliseconds(1)
            let clock = ClockReading(timestamp: now, wall: WallTime(secondsSince1970: 1_790_000_000))
            let path = ReceivedFrom(
                source: Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 21_000),
                local: Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5_060),
                transport: .udp,
                at: now
            )
            reply.removeAll(keepingCapacity: true)
            var ownRequests = OutgoingRequests()
            let begin = Benchmarks.processorTime()
            for request in requests {
                let handling = core.handle(request.span, from: path, clock: clock, reply: &reply)
                if handling.exchange.status != wanted { refused += 1 }
            }
            core.noteBatch(count: requests.count, capacity: batch, at: now)
            _ = core.advance(to: clock, requests: &ownRequests)
            let end = Benchmarks.processorTime()
            var ends = reply.span.splitMessages()
            ends.removeLast()
            var last = 0
            for next in ends {
                replies.append(Array(reply[last..<next]))
                last = next
            }
            return end - begin
        }

        private func request(_ user: Int, _ cseq: Int, _ challenge: [UInt8]?) -> [UInt8] {
            let name = Self.name(user)
            var text = "REGISTER sip:bench.example SIP/2.0\r\n"
            text +=
                "Via: SIP/2.0/UDP 127.0.0.1:21000;rport;branch=z9hG4bKr\(user)x\(cseq)\r\nMax-Forwards: 70\r\n"
            text += "From: \"User One\" <sip:\(name)@bench.example>;tag=9f86d08188\r\n"
            text += "To: \"User One\" <sip:\(name)@bench.example>\r\nCall-ID: 5f3c1e0a9b7d4c28\(user)\r\n"
            text += "CSeq: \(cseq) REGISTER\r\nContact: <sip:\(name)@127.0.0.1:21000;ob>;expires=3600\r\n"
            if let challenge { text += "Authorization: \(credentials(name, challenge))\r\n" }
            text += "User-Agent: regload/1.0\r\nContent-Length: 0\r\n\r\n"
            return Array(text.utf8)
        }

        private func credentials(_ name: String, _ challenge: [UInt8]) -> String {
            var client = DigestClient(user: Array(name.utf8), password: Array("secret".utf8))
            var head = MessageHead()
            try? head.parse(challenge.span)
            _ = client.take(head, challenge.span)
            let value = client.authorization(
                method: Array("REGISTER".utf8),
                uri: Array("sip:bench.example".utf8),
                cnonce: Array("0a4f113b".utf8),
                using: worker
            )
            return String(decoding: value ?? [], as: UTF8.self)
        }
    }
}

extension Span<UInt8> {
    /// The offsets after each empty line: the ends of replies without bodies, and the end of all.
    fileprivate func splitMessages() -> [Int] {
        var ends: [Int] = []
        var index = 0
        while index + 3 < count {
            if self[index] == 0x0d, self[index + 1] == 0x0a, self[index + 2] == 0x0d, self[index + 3] == 0x0a
            {
                ends.append(index + 4)
                index += 4
            } else {
                index += 1
            }
        }
        ends.append(count)
        return ends
    }
}
