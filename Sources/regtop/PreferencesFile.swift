import Foundation
import Glibc
import Host
import Yams

/// The file of an operator's choices: `console.yaml` in the directory of the settings. The program writes it; people
/// may.
struct PreferencesFile: Sendable {
    /// Where it is.
    let path: String

    /// The file of whoever runs the program; nil without a home.
    init?(environment: [String: String]) {
        let named = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? "\($0)/.config" : nil }
        guard let folder = named ?? home else { return nil }
        path = "\(folder)/regtop/console.yaml"
    }

    /// A file at a path.
    init(path: String) { self.path = path }

    /// The place for a console.
    var place: ChoicesPlace {
        ChoicesPlace(path: path) { () throws(HostError) in
            try read()
        } write: { (choices) throws(HostError) in
            try write(choices)
        }
    }

    /// What it says; nothing if there is none.
    func read() throws(HostError) -> KeptChoices {
        guard FileManager.default.fileExists(atPath: path) else { return [:] }
        // What is no file, as a pipe that nobody writes to, could keep a start waiting.
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw HostError("\(path): no file; move it away", exitCode: 1)
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw HostError("\(path): can't be read; check its permissions", exitCode: 1)
        }
        guard data.count <= Self.largest, let text = String(data: data, encoding: .utf8) else {
            throw HostError("\(path): no text of UTF-8, or too long; move it away", exitCode: 1)
        }
        return try Self.parse(text, file: path)
    }

    /// Far more than anybody's choices take.
    private static let largest = 1 << 20

    /// Reads the text of a file.
    static func parse(_ text: String, file: String) throws(HostError) -> KeptChoices {
        guard let root = try YAMLText.compose(text, file: file), root.null == nil else { return [:] }
        guard let mapping = root.mapping else {
            throw YAMLText.problem(at: root, in: file, "choices are lines of `name: value`")
        }
        var choices: KeptChoices = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string, let form = ChoicesPlace.forms[name] else {
                let known = ChoicesPlace.forms.keys.sorted().joined(separator: ", ")
                throw YAMLText.problem(at: key, in: file, "there is no such choice; known are \(known)")
            }
            guard let read = Self.value(value, like: form) else {
                throw YAMLText.problem(at: value, in: file, "\(name) is \(Self.words(form))")
            }
            choices[name] = read
        }
        return choices
    }

    private static func value(_ node: Node, like form: KeptValue) -> KeptValue? {
        switch form {
        case .text: return node.scalar.map { .text($0.string) }
        case .flag: return node.bool.map { .flag($0) }
        case .list:
            guard let nodes = node.sequence, nodes.allSatisfy({ $0.scalar != nil }) else { return nil }
            return .list(nodes.compactMap { $0.scalar?.string })
        case .map:
            guard let mapping = node.mapping else { return nil }
            var map: [String: String] = [:]
            for (key, value) in mapping {
                guard let name = key.scalar?.string, let text = value.scalar?.string else { return nil }
                map[name] = text
            }
            return .map(map)
        }
    }

    private static func words(_ form: KeptValue) -> String {
        switch form {
        case .text: "a text"
        case .flag: "true or false"
        case .list: "a list, [a, b]"
        case .map: "a map, {name: text}"
        }
    }

    // MARK: Writing

    /// The text of choices: a line each, in the order of their names.
    static func text(_ choices: KeptChoices) throws(HostError) -> String {
        let pairs = choices.sorted { $0.key < $1.key }.map { (Node($0.key), node($0.value)) }
        do {
            let yaml = try Yams.serialize(node: Node(pairs), allowUnicode: true)
            return "# What you have chosen in regtop's console; it writes this file.\n\(yaml)"
        } catch {
            throw HostError("choices can't be written as YAML: \(error)", exitCode: 1)
        }
    }

    private static func node(_ value: KeptValue) -> Node {
        func quoted(_ text: String) -> Node { Node(text, .implicit, .doubleQuoted) }
        switch value {
        case .text(let text): return quoted(text)
        case .flag(let flag): return Node(flag ? "true" : "false")
        case .list(let list): return Node(list.map(quoted), .implicit, .flow)
        case .map(let map):
            return Node(map.sorted { $0.key < $1.key }.map { (quoted($0.key), quoted($0.value)) })
        }
    }

    /// Puts other choices in the file's place, whole or not at all; only its owner may read it. A file that can't be
    /// understood is moved aside first.
    func write(_ choices: KeptChoices) throws(HostError) {
        let text = try Self.text(choices)
        let folder = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw HostError("\(folder) can't be made: \(Self.reason(error))", exitCode: 1)
        }
        try moveBrokenAside()
        // A link is followed, so that a file kept elsewhere stays there.
        let target = (path as NSString).resolvingSymlinksInPath
        let part = "\(target).\(getpid()).new"
        try Self.create(part, Array(text.utf8))
        guard rename(part, target) == 0 else {
            let number = errno
            unlink(part)
            throw HostError("\(target) can't be written: \(String(cString: strerror(number)))", exitCode: 1)
        }
    }

    private static func create(_ path: String, _ bytes: [UInt8]) throws(HostError) {
        func failed() -> HostError {
            HostError("\(path) can't be written: \(String(cString: strerror(errno)))", exitCode: 1)
        }
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failed() }
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let problem = failed()
                close(descriptor)
                unlink(path)
                throw problem
            }
            offset += count
        }
        guard fsync(descriptor) == 0 else {
            let problem = failed()
            close(descriptor)
            unlink(path)
            throw problem
        }
        close(descriptor)
    }

    /// What somebody has written by hand and this program can't read is not lost.
    private func moveBrokenAside() throws(HostError) {
        do throws(HostError) {
            _ = try read()
        } catch {
            for number in 0..<100 {
                let aside = number == 0 ? "\(path).broken" : "\(path).broken-\(number)"
                guard !FileManager.default.fileExists(atPath: aside) else { continue }
                guard rename(path, aside) == 0 else {
                    let reason = String(cString: strerror(errno))
                    throw HostError("\(path) is broken and can't be moved aside: \(reason)", exitCode: 1)
                }
                return
            }
            throw HostError(
                "\(path) is broken, and so are a hundred files beside it: clear them away",
                exitCode: 1
            )
        }
    }

    private static func reason(_ error: any Error) -> String {
        let cocoa = error as NSError
        let under = cocoa.userInfo[NSUnderlyingErrorKey] as? NSError
        let number = under?.domain == NSPOSIXErrorDomain ? under?.code : nil
        return number.map { String(cString: strerror(Int32(truncatingIfNeeded: $0))) }
            ?? cocoa.localizedDescription
    }
}
