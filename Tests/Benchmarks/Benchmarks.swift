import Glibc

/// Measures one thing named by its first argument and prints one JSON object a line.
@main
struct Benchmarks {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "parse": ParseBenchmark.run(Array(arguments.dropFirst()))
        case "window": WindowBenchmark.run(Array(arguments.dropFirst()))
        case "decide": DecideBenchmark.run(Array(arguments.dropFirst()))
        case "keys": KeyBenchmark.run(Array(arguments.dropFirst()))
        case "table": TableBenchmark.run(Array(arguments.dropFirst()))
        default:
            print("usage: Benchmarks parse MESSAGE_FILE [MESSAGES=200000] [ROUNDS=5]")
            print("       Benchmarks keys [BINDINGS=1000000]")
            print("       Benchmarks table [BINDINGS=1000000]")
            print("       Benchmarks decide refresh|login [PHONES=100000] [ROUNDS=4]")
            exit(2)
        }
    }

    /// Processor time of this thread in nanoseconds.
    static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    /// The bytes of a file, `nil` if it can't be read.
    static func contents(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }
}
