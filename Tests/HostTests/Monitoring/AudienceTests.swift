import BindingTable
import ConsoleLink
import Synchronization
import Testing
import Timing

@testable import Host

@Suite("Who hears of a notice")
struct AudienceTests {
    /// What a console was told.
    private final class Ear: Sendable {
        private let heard = Mutex<[String]>([])
        var notices: [String] { heard.withLock { $0 } }

        func console(_ id: Int) -> MonitorService.Console {
            let me = OperatorIdentity(user: "kl", from: "local", terminal: "-")
            return MonitorService.Console(id: id, welcome: Welcome(me)) { update in
                if case .notice(let notice) = update { self.heard.withLock { $0.append(notice.text) } }
            }
        }
    }

    private func notice(_ level: Notice.Level, _ text: String) -> Notice {
        Notice(at: .zero, level: level, text: text)
    }

    @Test("The last warning that nobody saw is told to the first who comes, and to nobody else")
    func unseen() {
        var audience = Audience()
        audience.hear(notice(.warning, "one"))
        audience.hear(notice(.error, "two"))
        audience.hear(notice(.info, "three"))
        let (first, second) = (Ear(), Ear())
        audience.join(first.console(1))
        audience.join(second.console(2))
        #expect(first.notices == ["two"])
        #expect(second.notices == [])
    }

    @Test("Whoever is there hears each, whoever has left none")
    func live() {
        var audience = Audience()
        let (first, second) = (Ear(), Ear())
        audience.join(first.console(1))
        audience.join(second.console(2))
        audience.hear(notice(.info, "one"))
        audience.leave(1)
        #expect(audience[1] == nil && audience[2] != nil)
        audience.hear(notice(.warning, "two"))
        #expect(first.notices == ["one"])
        #expect(second.notices == ["one", "two"])
    }
}
