import ArgumentParser
import Foundation
import Host

/// Themes: which there are, how they look, what is wrong with one.
struct ThemeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "theme",
        abstract: "List, show or check colour themes.",
        subcommands: [List.self, Show.self, Check.self],
    )

    static var library: ThemeLibrary {
        ThemeFiles(environment: ProcessInfo.processInfo.environment).library()
    }

    /// Which theme: a name or a file.
    struct Choice: ParsableArguments {
        @Argument(help: "A theme's name, or a file.")
        var theme: String?
    }

    /// Lists the themes that can be chosen.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the themes that can be chosen.")

        func run() {
            for line in ThemeCommand.library.listing() { StandardStream.output.write(line) }
        }
    }

    /// Prints every role as a sample.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print every role of a theme as a sample.")
        @OptionGroup var choice: Choice

        func run() throws {
            let colour = isatty(STDOUT_FILENO) == 1
            for line in try ThemeCommand.library.samples(choice.theme ?? "ansi", colour: colour) {
                print(line)
            }
        }
    }

    /// Says what is wrong with a theme, or with all.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a theme, or all: syntax, unknown roles, contrast, colour vision.",
        )
        @OptionGroup var choice: Choice

        func run() throws {
            let library = ThemeCommand.library
            var isFine = true
            for name in choice.theme.map({ [$0] }) ?? library.names {
                let problems = try library.check(name)
                for problem in problems { StandardStream.output.write(problem) }
                if problems.isEmpty { StandardStream.output.write("\(name): all is well") }
                isFine = isFine && problems.isEmpty
            }
            if !isFine { throw ExitCode(1) }
        }
    }
}
