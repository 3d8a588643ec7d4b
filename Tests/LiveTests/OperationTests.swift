import Foundation
import Glibc
import Testing

/// What those who run `regtop serve` lean on: the log, metrics, an installation.
@Suite("Operations", .serialized)
struct OperationTests {
    private let laboratory: Laboratory

    init() throws { laboratory = try Laboratory() }

    /// A registrar of this laboratory that logs to a file and serves metrics.
    private func serve() throws -> (process: Process, log: String, metrics: UInt16) {
        let log = "\(laboratory.path)/r.log"
        let file = "\(laboratory.path)/log.yaml"
        try "log: {file: \(log)}\n".write(toFile: file, atomically: true, encoding: .utf8)
        let port = laboratory.port + 2
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments =
            ["serve"] + laboratory.open + [
                "--config", file, "--metrics", "\(port)", "--state", "\(laboratory.path)/state",
            ]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        var text = ""
        while !text.contains("regtop: ready on udp") {
            let data = errors.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
        }
        #expect(text.contains("regtop: ready on udp"), "\(text)")
        return (process, log, port)
    }

    private func stop(_ process: Process) {
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    private func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    private func wait(for wanted: String, in path: String) {
        for _ in 0..<500 where !text(path).contains(wanted) { usleep(20_000) }
        #expect(text(path).contains(wanted), "\(path): \(text(path))")
    }

    @Test("SIGHUP opens the log's file anew, so that a rotated one is let go")
    func reopensLog() throws {
        let (process, log, _) = try serve()
        kill(process.processIdentifier, SIGHUP)
        wait(for: "read anew", in: log)
        try FileManager.default.moveItem(atPath: log, toPath: "\(log).moved")
        kill(process.processIdentifier, SIGHUP)
        wait(for: "read anew", in: log)
        stop(process)
        #expect(text(log).contains("stopping on SIGTERM"))
        #expect(!text("\(log).moved").contains("stopping on SIGTERM"))
    }

    @Test("A running registrar's metrics are read over HTTP, in the form that Accept asks for")
    func metrics() throws {
        let (process, _, port) = try serve()
        defer { stop(process) }
        let program = """
            import http.client, sys
            def get(path, **headers):
                link = http.client.HTTPConnection('127.0.0.1', int(sys.argv[1]), timeout=5)
                link.request('GET', path, headers=headers)
                answer = link.getresponse()
                return answer.status, answer.getheader('Content-Type'), answer.read().decode()
            for accept in ('application/openmetrics-text;version=1.0.0', 'text/plain'):
                status, kind, text = get('/metrics', Accept=accept)
                print(status, kind, text.endswith('# EOF\\n'), 'regtop_addresses_of_record 0\\n' in text)
            print(get('/')[0])
            """
        let done = try Command.run("/usr/bin/env", ["python3", "-c", program, "\(port)"])
        #expect(
            done.output == """
                200 application/openmetrics-text; version=1.0.0; charset=utf-8 True True
                200 text/plain; version=0.0.4; charset=utf-8 False True
                404

                """,
            "\(done.error)"
        )
    }

    @Test("What is installed runs, finds its themes and completions, and goes away again")
    func install() throws {
        let prefix = "\(laboratory.path)/usr"
        let planned = try Program.run(["install", "--prefix", prefix, "--dry-run"])
        #expect(planned.status == 0 && !FileManager.default.fileExists(atPath: prefix))
        let done = try Program.run(["install", "--prefix", prefix])
        #expect(done.status == 0 && done.output == planned.output, "\(done.error)")
        for path in done.output.split(separator: "\n") {
            #expect(FileManager.default.fileExists(atPath: String(path)), "\(path)")
        }
        let themes = try Command.run("\(prefix)/bin/regtop", ["theme", "list"])
        #expect(
            themes.output.contains("okabe      \(prefix)/share/regtop/themes/okabe.yaml"),
            "\(themes.output)"
        )
        let unit = text("\(prefix)/lib/systemd/system/regtop.service")
        #expect(unit.contains("\nExecStart=\(prefix)/bin/regtop serve\n"))
        let completion = "\(prefix)/share/bash-completion/completions/regtop"
        #expect(try Command.run("/bin/bash", ["-n", completion]).status == 0)
        #expect(text("\(prefix)/share/zsh/site-functions/_regtop").hasPrefix("#compdef regtop"))
        #expect(
            text("\(prefix)/share/fish/vendor_completions.d/regtop.fish").contains("complete -c 'regtop'")
        )
        let gone = try Program.run(["uninstall", "--prefix", prefix])
        #expect(gone.status == 0 && gone.output == done.output)
        #expect(!FileManager.default.fileExists(atPath: "\(prefix)/bin/regtop"))
    }

    @Test("A place that can't be written is one sentence")
    func refused() throws {
        let done = try Program.run(["install", "--prefix", "/proc/nowhere"])
        #expect(done.status == 1 && done.error.contains("/proc/nowhere") && done.output.isEmpty)
    }
}
