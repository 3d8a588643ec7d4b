import Glibc

/// A counting signal between threads: an event counter that one waits on with a limit.
final class Arrivals: Sendable {
    private let read: Int32
    private let write: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        read = ends[0]
        write = ends[1]
    }

    deinit {
        close(read)
        close(write)
    }

    func signal() {
        var byte: UInt8 = 1
        _ = Glibc.write(write, &byte, 1)
    }

    /// Takes one signal; false when none came in time.
    func wait(seconds: Int32) -> Bool {
        var poll = pollfd(fd: read, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, seconds * 1000) == 1 else { return false }
        var byte: UInt8 = 0
        return Glibc.read(read, &byte, 1) == 1
    }
}

/// The names of this process's threads.
func threadNames() -> [String] {
    guard let directory = opendir("/proc/self/task") else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let id = withUnsafePointer(to: &entry.pointee.d_name) { name in
            name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        guard id.first != ".", let file = fopen("/proc/self/task/\(id)/comm", "r") else { continue }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 32)
        if fgets(&line, 32, file) != nil {
            names.append(String(decoding: line.prefix { $0 > 31 }.map { UInt8($0) }, as: UTF8.self))
        }
    }
    return names
}
