import Foundation
import Host
import Yams

/// Finds theme files and reads their YAML: flat keys, quoted values.
struct ThemeFiles {
    private let environment: [String: String]

    init(environment: [String: String]) { self.environment = environment }

    /// Folders that are searched, nearest first; those compiled in come last.
    var folders: [String] {
        let home = environment["HOME"] ?? ""
        func variable(_ name: String, _ standard: String) -> String {
            environment[name].flatMap { $0.isEmpty ? nil : $0 } ?? standard
        }
        let binary = (Bundle.main.executablePath ?? "") as NSString
        let beside = (binary.deletingLastPathComponent as NSString).deletingLastPathComponent
        let shared = variable("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(separator: ":").map(
            String.init
        )
        let roots =
            [
                variable("XDG_CONFIG_HOME", "\(home)/.config"),
                variable("XDG_DATA_HOME", "\(home)/.local/share"),
            ]
            + shared + ["\(beside)/share"]
        return roots.map { "\($0)/regtop/themes" }
    }

    /// All themes that can be chosen.
    func library() -> ThemeLibrary {
        var files: [ThemeFile] = []
        for folder in folders {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for name in names.sorted() where name.hasSuffix(".yaml") {
                if let file = Self.read("\(folder)/\(name)") { files.append(file) }
            }
        }
        for (name, bytes) in Self.builtIn {
            files.append(Self.parse(String(decoding: bytes, as: UTF8.self), name: name, origin: "built in"))
        }
        return ThemeLibrary(files: files) { Self.read($0) }
    }

    /// Names and bytes of the themes that are compiled in.
    static let builtIn: [(String, [UInt8])] = [
        ("ansi", PackageResources.ansi_yaml), ("midnight", PackageResources.midnight_yaml),
        ("daylight", PackageResources.daylight_yaml), ("contrast", PackageResources.contrast_yaml),
        ("okabe", PackageResources.okabe_yaml), ("tritan", PackageResources.tritan_yaml),
        ("console16", PackageResources.console16_yaml), ("paper", PackageResources.paper_yaml),
        ("mono", PackageResources.mono_yaml),
    ]

    private static func read(_ path: String) -> ThemeFile? {
        let name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        guard let text = String(data: data, encoding: .utf8) else {
            return ThemeFile(
                name: name,
                origin: path,
                lines: [],
                problems: ["\(path): not UTF-8; save it as UTF-8"]
            )
        }
        return parse(text, name: name, origin: path)
    }

    /// Reads the YAML of a theme. A value that is not a quoted string is a problem with its line: YAML
    /// would turn `#5fafff` into nothing and `no` into false.
    static func parse(_ text: String, name: String, origin: String) -> ThemeFile {
        var lines: [(String, String, Int)] = []
        var problems: [String] = []
        do throws(HostError) {
            guard let root = try YAMLText.compose(text, file: origin) else {
                return ThemeFile(
                    name: name,
                    origin: origin,
                    lines: [],
                    problems: ["\(origin): the file is empty"]
                )
            }
            guard let mapping = root.mapping else {
                throw YAMLText.problem(at: root, in: origin, "a theme is lines of `role: \"style\"`")
            }
            for (key, value) in mapping {
                guard let word = key.string else {
                    problems.append(YAMLText.problem(at: key, in: origin, "a role is a word").description)
                    continue
                }
                guard let scalar = value.scalar,
                    scalar.style == .doubleQuoted || scalar.style == .singleQuoted
                else {
                    let what = "the value of \(word) is not a quoted string; write \(word): \"…\""
                    problems.append(YAMLText.problem(at: key, in: origin, what).description)
                    continue
                }
                lines.append((word, scalar.string, key.mark?.line ?? 1))
            }
        } catch {
            problems.append(error.description)
        }
        return ThemeFile(name: name, origin: origin, lines: lines, problems: problems)
    }
}
