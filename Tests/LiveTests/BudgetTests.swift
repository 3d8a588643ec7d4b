import Foundation
import Testing

/// What the console costs on a slow line: bytes a second on a real terminal, with phones that come and go.
///
/// A frame is the same whatever else the machine does, so a busy one has fewer of them and never more bytes: the
/// limits hold there as well.
@Suite("Budgets of the screen", .serialized)
struct BudgetTests {
    private let laboratory: Laboratory

    init() throws { laboratory = try Laboratory() }

    /// A screen of one size, and how much it may take.
    struct Size: CustomTestStringConvertible, Sendable {
        var columns: Int, rows: Int
        /// Bytes of a whole frame, and bytes a second by view. A frame takes more than was aimed at (2,500 and
        /// 5,000), since a cell of a bar or a line takes three bytes.
        var repaint: Int, idle: Double, bindings: Double, expiry: Double, overview: Double, attempts: Double
        var testDescription: String { "\(columns)x\(rows)" }
    }

    static let sizes = [
        Size(
            columns: 80,
            rows: 24,
            repaint: 3_000,
            idle: 20,
            bindings: 250,
            expiry: 1_000,
            overview: 600,
            attempts: 1_500
        ),
        Size(
            columns: 140,
            rows: 40,
            repaint: 7_000,
            idle: 20,
            bindings: 400,
            expiry: 2_000,
            overview: 1_200,
            attempts: 3_000
        ),
    ]

    private func start(_ arguments: [String], _ size: Size) throws -> Pty {
        try Pty(
            arguments + [
                "--listen", "udp:127.0.0.1:\(laboratory.port)", "--listen",
                "tcp:127.0.0.1:\(laboratory.port)",
            ],
            columns: size.columns,
            rows: size.rows,
            folder: laboratory.path
        )
    }

    @Test("Nothing registered: nearly nothing is written", arguments: sizes)
    func idle(_ size: Size) throws {
        let screen = try start(["--open", "--domain", "localhost"], size)
        #expect(screen.wait(forBytes: 500) > 500, "it painted")
        _ = screen.count(seconds: 1)
        screen.type("2")
        _ = screen.count(seconds: 1)
        // The clock shows minutes: one of them may begin meanwhile, and twenty bytes a second are its share.
        let idle = screen.count(seconds: 4)
        #expect(idle.bytesPerSecond <= size.idle, "\(idle.bytes) bytes")
        #expect(idle.framesPerSecond <= 1.3)
        screen.type("1")
        #expect(screen.wait(forBytes: 500) > 500, "it lives: a key makes it paint")
    }

    /// Waits until all phones of a demo have come: the number of bindings stands still, but for those that come and go.
    private func settle(_ screen: Pty) {
        var (before, still) = (0, 0)
        for _ in 0..<30 where still < 2 {
            _ = screen.count(seconds: 0.6)
            screen.type("\u{0c}")
            let text = screen.count(seconds: 0.4).text.replacingOccurrences(
                of: "\u{1b}\\[[0-9;?]*[A-Za-z]",
                with: " ",
                options: .regularExpression
            )
            let behind = text.components(separatedBy: "BINDINGS").dropFirst().first ?? ""
            let digits = behind.drop { !$0.isNumber }.prefix { $0.isNumber || $0 == "," }
            let now = Int(digits.filter(\.isNumber)) ?? 0
            still = now > 0 && abs(now - before) <= now / 100 ? still + 1 : 0
            before = now
        }
        #expect(still == 2, "the phones have come")
    }

    @Test("A thousand phones: each view keeps to its bytes a second, in one piece a frame", arguments: sizes)
    func busy(_ size: Size) throws {
        let screen = try start(["--demo", "1000"], size)
        settle(screen)
        screen.type("\u{0c}")
        print("\(size.testDescription) overview: \(screen.count(seconds: 0.4).frames) bytes to paint it anew")
        screen.type("2")
        _ = screen.count(seconds: 1.2)
        // What comes or goes at that moment is written with it: the smallest of three is the repaint alone.
        let repaints = (0..<3).map { _ in
            screen.type("\u{0c}")
            return screen.count(seconds: 0.4).frames.max() ?? 0
        }
        let repaint = repaints.min() ?? 0
        #expect(repaint > 500, "it did paint: \(repaints)")
        #expect(repaint <= size.repaint, "\(repaints)")
        var screenTime = 0.0
        func measure(_ keys: String, _ limit: Double, _ name: String) {
            screen.type(keys)
            _ = screen.count(seconds: 1.2)
            // Two whole periods of the slowest view, which asks every third second.
            let found = screen.count(seconds: 6)
            print(
                "\(size.testDescription) \(name): \(Int(found.bytesPerSecond)) B/s of \(Int(limit)), "
                    + "\(found.frames.count) frames, screen \(found.screenShare) % of a core"
            )
            #expect(found.bytesPerSecond <= limit, "\(name): \(found.frames)")
            #expect(found.framesPerSecond <= 5.5, "\(name): \(found.frames)")
            #expect(found.bytes > 0, "\(name): it lives")
            // The whole program is not optimised here: what it takes when it is, is a tenth of this.
            #expect(found.screenShare <= 8, "\(name)")
            screenTime += found.screenTime
        }
        measure("2", size.bindings, "bindings")
        measure(">>>>>", size.expiry, "by expiry")
        measure("1", size.overview, "overview")
        measure("3", size.attempts, "attempts")
        #expect(screenTime > 0, "it is the drawing thread's time that is read")
    }
}
