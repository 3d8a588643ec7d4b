import BindingTable
import Cells
import Console
import ConsoleLink
import Dispatch
import Foundation
import Monitor
import Registrar
import SIPMessage
import Synchronization
import Testing
import Timing
import Transport

@testable import Host

/// Two consoles at one registrar, each a whole console: what one does, the other sees.
@Suite("Two consoles acting at once")
struct TwoConsolesTests {
    private let folder = ScratchFolder()

    /// What has been sent to a console.
    private final class Mailbox: Sendable {
        private let letters = Mutex<[LinkUpdate]>([])
        private let arrival = DispatchSemaphore(value: 0)

        func put(_ update: LinkUpdate) {
            letters.withLock { $0.append(update) }
            arrival.signal()
        }

        /// What has come; if nothing has, what comes within a moment.
        func take() -> [LinkUpdate] {
            _ = arrival.wait(timeout: .now() + .milliseconds(5))
            return letters.withLock { letters in
                defer { letters = [] }
                return letters
            }
        }
    }

    /// Somebody before a console.
    private final class Seat {
        var model: ConsoleModel
        private let service: RegistrarService
        private let id: Int
        private let mail = Mailbox()

        init(_ user: String, _ id: Int, at service: RegistrarService) {
            self.service = service
            self.id = id
            model = ConsoleModel(
                settings: ConsoleSettings(view: .bindings),
                size: Size(width: 140, height: 40)
            )
            var welcome = service.welcome(
                OperatorIdentity(user: user, from: "192.0.2.\(id)", terminal: "pts/\(id)"),
                readOnlyBecause: nil
            )
            welcome.isAttached = true
            let mail = mail
            service.monitor.attach(
                MonitorService.Console(id: id, welcome: welcome) { mail.put($0) }
            )
        }

        private func input(_ input: ConsoleInput) {
            for effect in model.update(input, at: SystemClock.read()) {
                guard case .send(let request) = effect else { continue }
                service.monitor.submit(request.said(by: identity), from: id)
            }
        }

        private var identity: OperatorIdentity {
            OperatorIdentity(user: id == 1 ? "kl" : "mb", from: "192.0.2.\(id)", terminal: "pts/\(id)")
        }

        func press(_ keys: String) {
            for scalar in keys.unicodeScalars {
                let key: Key =
                    scalar == "⏎" ? .enter : scalar == "⇥" ? .tab : scalar == "␣" ? " " : .character(scalar)
                input(.key(key))
                _ = wait(for: { true })
            }
        }

        var screen: String { model.draw(at: SystemClock.read()).text }

        /// Takes the mail until something is so; false if it never became so.
        func wait(for isSo: () -> Bool) -> Bool {
            let end = SystemClock.read().timestamp + .seconds(10)
            repeat {
                for letter in mail.take() { input(.link(letter)) }
                if isSo() { return true }
                input(.tick)
            } while SystemClock.read().timestamp < end
            return false
        }

        func sees(_ text: String) -> Bool { wait { screen.contains(text) } }
    }

    private func service(bindings: Int) throws -> RegistrarService {
        var settings = Settings()
        settings.listen = ["udp:127.0.0.1:0"]
        settings.open = true
        let service = try RegistrarService(
            settings: settings,
            audit: AuditLog(path: "\(folder.path)/audit.log"),
            log: { _ in }
        )
        let now = SystemClock.read().timestamp
        for number in 0..<bindings {
            let aor = Array("p\(100 + number)@example.test".utf8)
            let contact = Array("sip:p".utf8)
            let path = ReceivedFrom(
                source: Endpoint(address: IPAddress(ipv4: 0xc000_0200 + UInt32(number)), port: 5_060),
                local: Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5_060),
                transport: .udp,
                at: now
            )
            let facts = BindingFacts(
                cseq: 1,
                createdAt: now,
                refreshedAt: now,
                expiresAt: now + .seconds(3_600),
                asked: nil,
                granted: 3_600,
                q: nil,
                path: path
            )
            let ranges = BindingTextRanges(
                contact: ByteRange(start: 0, count: UInt16(contact.count)),
                callID: .empty
            )
            _ = service.state.table.withPartition(of: aor.span) { partition in
                partition.apply(
                    [.add(facts, ranges, .registered)],
                    aor: aor.span,
                    texts: contact.span,
                    at: now
                )
            }
        }
        return service
    }

    /// Two consoles, the first of which evicts 40 bindings, two a second: the second is told.
    private func beginBulk(at service: RegistrarService) -> (first: Seat, second: Seat) {
        let (first, second) = (Seat("kl", 1, at: service), Seat("mb", 2, at: service))
        #expect(first.sees("p100@example.test") && second.sees("p100@example.test"))
        first.press("/p1⏎")
        #expect(first.sees("40 of 40"))
        first.press("VVX")
        #expect(first.sees("Bindings a second"))
        first.press("⇥⇥2⇥moving⇥40⇥⏎")
        #expect(second.sees("kl@192.0.2.1 evicts 40 bindings, 2 a second (moving)"), "\(second.screen)")
        return (first, second)
    }

    @Test(
        "A bulk act is told with its begin, progress and end; the other may abort it, and each is told who did what"
    )
    func bulk() throws {
        let service = try service(bindings: 40)
        defer { service.stop() }
        let (first, second) = beginBulk(at: service)
        #expect(first.sees("evicting "), "\(first.screen)")
        second.press("1")
        #expect(second.sees("kl@192.0.2.1: evicting "), "\(second.screen)")
        #expect(second.sees("of 40, 2 a second"))
        second.press("u")
        #expect(second.sees("ABORT"))
        second.press("y")
        #expect(first.sees("mb@192.0.2.2 aborted the evict by kl@192.0.2.1 after "), "\(first.screen)")
        #expect(second.wait { second.model.draw(at: SystemClock.read()).text.contains("evicting") == false })
        let left = service.state.table.bindingCount
        #expect(left > 0 && left < 40)
        // Whoever began it puts it back with one key.
        first.press("1")
        #expect(first.sees("u = put back"), "\(first.screen)")
        first.press("u")
        #expect(first.sees("\(40 - left) binding"), "\(first.screen)")
        #expect(service.state.table.bindingCount == 40)
        let trail = try String(contentsOfFile: "\(folder.path)/audit.log", encoding: .utf8)
        #expect(trail.contains("40 bindings\tact ") && trail.contains(" begins: 2 a second\tmoving"))
        #expect(trail.contains(" aborted by mb@192.0.2.2: \(40 - left) done, \(left) left as they are"))
    }

    @Test("The program's end stops an act that goes on: the audit trail and the others say so")
    func ending() throws {
        let service = try service(bindings: 40)
        let (_, second) = beginBulk(at: service)
        service.stop()
        let left = service.state.table.bindingCount
        #expect(left > 0)
        let trail = try String(contentsOfFile: "\(folder.path)/audit.log", encoding: .utf8)
        let end = " stopped: the registrar ends: \(40 - left) done, \(left) left as they are"
        #expect(trail.contains(end), "\(trail)")
        #expect(second.sees("evict by kl@192.0.2.1 has stopped after \(40 - left) of 40 bindings: the reg"))
    }

    @Test("A row that the other has taken meanwhile is skipped, and it is said who took it")
    func conflict() throws {
        let service = try service(bindings: 2)
        defer { service.stop() }
        let (first, second) = (Seat("kl", 1, at: service), Seat("mb", 2, at: service))
        #expect(first.sees("p101@example.test") && second.sees("p101@example.test"))
        first.press("␣␣X")
        #expect(first.sees("No message is sent"))
        second.press("X")
        #expect(second.sees("No message is sent"))
        second.press("y")
        #expect(second.sees("Evicted 1 binding"), "\(second.screen)")
        first.press("y")
        #expect(first.sees("been taken by mb@192.0.2.2 at "), "\(first.screen)")
        #expect(first.screen.contains("Evicted 1 binding, 1 skipped:"))
        #expect(service.state.table.bindingCount == 0)
    }
}
