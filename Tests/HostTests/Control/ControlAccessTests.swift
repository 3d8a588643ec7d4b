import Glibc
import Testing
import Transport

@testable import Host

@Suite("Who may come in by the control socket")
struct ControlAccessTests {
    private let access = ControlAccess(
        owners: [1_000, 0],
        group: ControlAccess.Group(name: "voip", id: 50),
        operators: ["kl", "mr"]
    )

    private func grant(
        _ user: UInt32,
        _ name: String,
        groups: [UInt32] = [],
        primary: UInt32 = 100,
        wantsToLook: Bool = false,
        by access: ControlAccess? = nil,
    ) -> ControlAccess.Grant {
        let peer = PeerCredentials(process: 1, user: user, group: primary, groups: groups)
        return (access ?? self.access).grant(peer, user: name, wantsToLook: wantsToLook)
    }

    @Test("The owner and root act, whatever their groups")
    func owner() {
        #expect(grant(1_000, "regtop") == .operate)
        #expect(grant(0, "root") == .operate)
    }

    @Test("A member of the group looks, one who is listed acts, by primary or supplementary group")
    func members() {
        let because = "ann is not among the operators of the settings (control)"
        #expect(grant(7, "ann", groups: [50]) == .observe(because: because))
        #expect(grant(7, "ann", primary: 50) == .observe(because: because))
        #expect(grant(8, "kl", groups: [4, 50]) == .operate)
    }

    @Test("Who is listed and is no member stays outside, as does everybody where there is no group")
    func strangers() {
        let because = "kl may not attach here: only the registrar's own user, root and the group voip may"
        #expect(grant(8, "kl", groups: [51]) == .nothing(because: because))
        let alone = ControlAccess(owners: [1_000, 0], operators: ["kl"])
        let only = "kl may not attach here: only the registrar's own user, root may"
        #expect(grant(8, "kl", groups: [50], by: alone) == .nothing(because: only))
    }

    @Test("Who wants to look only does, whoever it is")
    func readOnly() {
        #expect(grant(1_000, "regtop", wantsToLook: true) == .observe(because: "started with --read-only"))
        let member = grant(8, "kl", groups: [50], wantsToLook: true)
        #expect(member == .observe(because: "started with --read-only"))
    }

    @Test("A group that doesn't exist keeps the program from starting, one that does is found")
    func settings() throws {
        var settings = ControlSettings()
        settings.group = "no-such-group"
        let error = #expect(throws: HostError.self) { try ControlAccess(settings) }
        #expect(error?.description.contains("there is no group no-such-group") == true)
        #expect(error?.exitCode == 2)
        settings.group = "root"
        #expect(try ControlAccess(settings).group?.id == 0)
        #expect(try ControlAccess(ControlSettings()).owners == [geteuid(), 0])
    }

    @Test("A user without a name is its number")
    func names() {
        #expect(UserName.of(0) == "root")
        #expect(UserName.of(3_999_999_999) == "uid 3999999999")
    }
}
