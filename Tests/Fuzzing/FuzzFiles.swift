import Cells
import Host
import SIPDigest

@testable import regtop

/// A settings file with a mistake changes nothing and is answered with one printable sentence; one without reads the
/// same twice.
func fuzzSettings(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    var settings = Settings()
    do throws(HostError) {
        try SettingsFile.apply(text, file: "f", to: &settings)
        var again = Settings()
        try SettingsFile.apply(text, file: "f", to: &again)
        precondition(again == settings)
        trap(if: ![["udp:10.0.0.1:5062"], Settings().listen].contains(settings.listen))
    } catch {
        precondition(settings == Settings(), "a file with a mistake changed something")
        requirePrintable(error.description)
    }
}

/// Whatever the file says, there is a theme with a sample of every role, and the same one each time.
func fuzzTheme(_ input: [UInt8]) {
    let file = ThemeFiles.parse(String(decoding: input, as: UTF8.self), name: "f", origin: "f")
    trap(if: !file.problems.isEmpty && file.entries.count > 3)
    let library = ThemeLibrary(files: [file]) { _ in nil }
    precondition(library.theme("f") != nil, "a file that was read makes no theme")
    for colour in [true, false] {
        let samples = try? library.samples("f", colour: colour)
        precondition(samples != nil && samples == (try? library.samples("f", colour: colour)))
    }
    _ = try? library.check("f")
}

/// A list that is read lists the same users as its entries, and setting or removing one leaves the others.
func fuzzAccounts(_ input: [UInt8]) {
    do throws(AccountsError) {
        let accounts = try Accounts(parsing: input.span)
        let entries = try AccountsText.entries(of: input)
        trap(if: entries.count == 1)
        precondition(accounts.count == entries.count)
        guard let first = entries.first,
            let without = try AccountsText.removing(user: first.user, realm: first.realm, from: input)
        else { return }
        let others = try AccountsText.entries(of: without)
        precondition(others == Array(entries.dropFirst()), "removing a user changed another")
    } catch {
        requirePrintable(error.description)
    }
}

private func requirePrintable(_ sentence: String) {
    precondition(
        sentence.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) },
        "an error would write a control character to the terminal"
    )
}
