import Glibc

/// Files that are put below one directory, each whole or not at all.
public struct Installation: Sendable {
    /// One of the files.
    public struct File: Sendable {
        /// Where it goes, from the directory: `share/man/man1/regtop.1`.
        public var path: String
        /// Its bytes.
        public var bytes: [UInt8]
        /// It can be run.
        public var isProgram: Bool

        /// Puts the parts together.
        public init(_ path: String, _ bytes: [UInt8], isProgram: Bool = false) {
            self.path = path
            self.bytes = bytes
            self.isProgram = isProgram
        }
    }

    /// The directory, absolute.
    public let prefix: String

    /// Below this directory, which needn't exist. Throws if the unit file could not name it without quoting.
    ///
    /// - Parameter folder: what a relative path starts from.
    public init(prefix: String, from folder: String) throws(HostError) {
        let whole = prefix.hasPrefix("/") ? prefix : "\(folder)/\(prefix)"
        let parts = whole.split(separator: "/").filter { $0 != "." }
        let isPlain = whole.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || Array("/._-+@".utf8).contains(byte)
        }
        guard isPlain, !prefix.isEmpty, !parts.contains("..") else {
            throw HostError(
                "prefix \(prefix): choose a path of letters, digits and . _ - + @, without ..",
                exitCode: 2
            )
        }
        self.prefix = parts.isEmpty ? "" : "/" + parts.joined(separator: "/")
    }

    /// Where a file goes.
    public func place(of file: File) -> String { "\(prefix)/\(file.path)" }

    /// Writes all files and says where each is; throws the sentence why one can't be written.
    public func install(_ files: [File], say: (String) -> Void) throws(HostError) {
        for file in files {
            let path = place(of: file)
            try makeFolder(of: path)
            try TextFile.replace(
                path,
                with: file.bytes,
                what: "the file",
                mode: file.isProgram ? 0o755 : 0o644
            )
            say(path)
        }
    }

    /// Removes the files that are there, and says which; folders stay.
    public func remove(_ files: [File], say: (String) -> Void) throws(HostError) {
        for file in files {
            let path = place(of: file)
            if unlink(path) == 0 {
                say(path)
            } else if errno != ENOENT, errno != ENOTDIR {
                throw HostError("\(path) can't be removed: \(String(cString: strerror(errno)))", exitCode: 1)
            }
        }
    }

    /// The program's own bytes.
    public static func ownProgram() throws(HostError) -> [UInt8] {
        try TextFile.read("/proc/self/exe", what: "the program")
    }

    private func makeFolder(of path: String) throws(HostError) {
        var made = ""
        for part in path.split(separator: "/").dropLast() {
            made += "/\(part)"
            guard mkdir(made, 0o755) != 0 else { continue }
            let problem = errno
            var facts = stat()
            if stat(made, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR { continue }
            throw HostError(
                "folder \(made) can't be made: \(String(cString: strerror(problem)))",
                exitCode: 1
            )
        }
    }
}
