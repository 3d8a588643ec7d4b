import SIPDigest
import SIPMessage
import Simulation
import Testing
import Timing

@Suite struct PopulationTests {
    private func population(seed: UInt64 = 1, count: Int) -> Population {
        Population(seed: seed, count: count, domain: "demo.test", now: .zero)
    }

    @Test func theSameSeedMakesTheSamePhones() {
        let one = population(seed: 5, count: 100)
        let two = population(seed: 5, count: 100)
        let other = population(seed: 6, count: 100)
        #expect(one.accounts == two.accounts)
        #expect(one.sockets == two.sockets)
        #expect(one.phones.map(\.callID) == two.phones.map(\.callID))
        #expect(one.accounts != other.accounts)
    }

    @Test func theFirstPhonesAreOneOfEachKind() {
        let kinds = population(count: PhoneKind.allCases.count).phones.map(\.profile.kind)
        #expect(Set(kinds) == Set(PhoneKind.allCases))
        #expect(population(count: 0).phones.isEmpty)
    }

    @Test func mostAreGoodAndOneGuesses() {
        let kinds = population(count: 1_000).phones.map(\.profile.kind)
        #expect(kinds.filter { $0 == .good }.count > 750)
        #expect(kinds.filter { $0 == .bruteForce }.count == 1)
        for kind in PhoneKind.allCases { #expect(kinds.contains(kind), "\(kind)") }
    }

    /// The tour's phones are there, whatever the seed and the number.
    @Test(arguments: [11, 60, 5_000]) func theLeadsAreThereOnce(count: Int) {
        let phones = population(seed: UInt64(count), count: count).phones
        for (user, kind) in [
            (Lead.lost, PhoneKind.wrongPassword), (Lead.haunted, .roaming), (Lead.good, .good),
        ] {
            let played = phones.filter { $0.profile.user == user }
            #expect(played.map(\.profile.kind) == [kind], "\(user)")
        }
    }

    /// A phone that roams leaves a binding behind with each new port, all with the Call-ID of the first.
    @Test func whoRoamsLeavesFourGhostsWithinTwentySeconds() throws {
        var world = try World(population(seed: 1, count: PhoneKind.allCases.count), seed: 1)
        try world.run(until: .zero + .seconds(20))
        let own = world.registrar.answers.filter {
            $0.status == 200 && $0.contact.contains("\(Lead.haunted)@")
        }
        #expect(Set(own.map(\.contact)).count == 5)
        let phone = try #require(world.population.phones.first { $0.profile.user == Lead.haunted })
        #expect(phone.grants == 5 && phone.refusals == 0)
    }

    @Test(arguments: [500, 5_000]) func accountsAreThereOnceForWhoeverNeedsOne(count: Int) throws {
        let population = population(count: count)
        let users = population.accounts.map(\.user)
        #expect(Set(users).count == users.count)
        for phone in population.phones where phone.profile.kind != .bruteForce {
            let account = population.accounts.first { $0.user == phone.profile.user }
            #expect((account == nil) == (phone.profile.kind == .unknownUser))
            let isRight = account?.password == phone.profile.password
            #expect(isRight != [.wrongPassword, .unknownUser].contains(phone.profile.kind))
        }
        let worker = try DigestWorker(lane: 0)
        let file = population.accounts.accountsFile(using: worker)
        #expect(try Accounts(parsing: file.span).count == users.count)
    }

    @Test func thousandsShareSockets() {
        let population = population(count: 5_000)
        #expect(population.sockets.count < 1_400)
        #expect(population.phones.count == 5_000)
        for socket in population.sockets { #expect(socket.source.isLoopback) }
    }

    /// Every screen has something true to show within ten seconds.
    @Test(arguments: 1...5) func tenSecondsShowEverything(seed: UInt64) throws {
        var world = try World(population(seed: seed, count: 50), seed: seed)
        try world.run(until: .zero + .seconds(10))
        let answers = world.registrar.answers
        let words = Set(answers.compactMap(\.verdict).map { "\($0)".prefix { $0 != "(" } })
        for verdict in ["granted", "challenge", "nonceUnknown", "stale", "unknownUser", "wrongPassword"] {
            #expect(words.contains(verdict[...]), "seed \(seed): \(verdict)")
        }
        #expect(answers.contains { $0.status == 423 }, "seed \(seed)")
        #expect(answers.contains { $0.status == 200 && $0.expires == 0 }, "seed \(seed): nobody unregistered")
        #expect(answers.contains { $0.path.transport == .tcp && $0.status == 200 }, "seed \(seed)")
        #expect(answers.contains { !$0.path.source.address.isIPv4 && $0.status == 200 }, "seed \(seed)")
        #expect(answers.contains { $0.contact.contains("@192.168.") && $0.status == 200 }, "seed \(seed)")
        #expect(
            answers.filter { $0.path.source.address == IPAddress(ipv4: 0x7f42_0606) }.count > 10,
            "seed \(seed)"
        )
        #expect(world.registrar.bindings.count > 30, "seed \(seed)")
        let good = world.population.phones.filter { $0.profile.kind == .good }
        #expect(good.allSatisfy { $0.state == .registered && $0.refusals == 0 }, "seed \(seed)")
    }

    @Test(arguments: 1...5) func aBadNetworkIsOvercome(seed: UInt64) throws {
        let bad = NetworkConditions(
            loss: 250,
            duplication: 100,
            minimumDelay: .milliseconds(5),
            maximumDelay: .milliseconds(400)
        )
        var world = try World(population(seed: seed, count: 40), conditions: bad, seed: seed)
        try world.run(until: .zero + .seconds(60))
        #expect(world.network.lost > 50)
        let good = world.population.phones.filter { $0.profile.kind == .good }
        let registered = good.filter { $0.grants > 0 }.count
        #expect(registered == good.count, "seed \(seed): \(registered) of \(good.count)")
    }

    @Test func streamsAreFramed() throws {
        var population = population(count: 10)
        let worker = try DigestWorker(lane: 0)
        let phone = try #require(population.phones.firstIndex { $0.profile.transport == .tcp })
        let socket = try #require(population.sockets.firstIndex { $0.transport == .tcp })
        var registrar = try ToyRegistrar(accounts: population.accounts, domain: "demo.test")
        let server = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5_060)
        let local = Endpoint(address: population.sockets[socket].source, port: 4_000)
        var outputs: [PopulationOutput] = []
        let now = Timestamp.zero + .seconds(2)
        population.tick(now: now, using: worker, into: &outputs)
        population.opened(socket, local: local, now: now)
        population.tick(now: now, using: worker, into: &outputs)
        for _ in 0..<2 {
            let sent = outputs.compactMap { output -> [UInt8]? in
                if case .send(socket, let bytes) = output { bytes } else { nil }
            }
            outputs.removeAll()
            let path = ReceivedFrom(source: local, local: server, transport: .tcp, at: now)
            let reply = try registrar.receive(Datagram(bytes: try #require(sent.first), path: path), now: now)
            // One byte at a time.
            for byte in reply.bytes {
                population.receive([byte], on: socket, now: now, using: worker, into: &outputs)
            }
        }
        #expect(population.phones[phone].state == .registered)
    }
}
