import ArgumentParser
import Host

/// The accounts file, by hand.
struct AccountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Add, remove or list the users of an accounts file.",
        subcommands: [Add.self, Remove.self, List.self],
    )

    /// Which file.
    struct FileOption: ParsableArguments {
        @Option(help: "The accounts file; made with mode 0600 if it isn't there.")
        var accounts: String
    }

    /// Adds a user or sets a new password.
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a user, or set a new password.",
            discussion: "The password is asked for, or read from standard input: never an argument.",
        )
        @OptionGroup var file: FileOption
        @Argument(help: "The user as USER@DOMAIN; the domain is the realm.")
        var user: String

        func run() throws {
            let name = try AccountName(user)
            let password = try PasswordPrompt.read(for: user)
            try AccountsEdit(path: file.accounts).add(name, password: password)
        }
    }

    /// Removes a user.
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a user.")
        @OptionGroup var file: FileOption
        @Argument(help: "The user as USER@DOMAIN.")
        var user: String

        func run() throws {
            try AccountsEdit(path: file.accounts).remove(AccountName(user))
        }
    }

    /// Lists the users.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List users and the algorithms they have.")
        @OptionGroup var file: FileOption

        func run() throws {
            let lines = try AccountsEdit(path: file.accounts).list()
            for line in lines { StandardStream.output.write(line) }
        }
    }
}
