import BindingTable
import Cells
import Console
import ConsoleLink
import Monitor
import Timing

/// From a key to the frame that answers it, with many bindings: the first frame with rows, and the one that has all of
/// them in their order. Everything runs on one thread, as if nothing else happened.
enum KeyBenchmark {
    static func run(_ arguments: [String]) {
        let count = arguments.first.flatMap { Int($0) } ?? 1_000_000
        let table = BindingTable(seed: 0x5eed, maximumTombstones: 1_000)
        var ids: [BindingID] = []
        for index in 0..<count { WindowBenchmark.add(index, to: table, &ids) }
        let monitor = Monitor(table: table, startedAt: Desk.start)
        while monitor.pull(limit: 4_096, at: .zero) {}
        var desk = Desk(monitor: monitor)
        desk.measure("bindings", [.character("2")])
        for (name, keys) in [
            ("j", "j"), ("page", "\u{6}"), ("G", "G"), ("g", "g"), ("filter", "/zoiper\r"), ("clear", "\\"),
            ("number", "/exp<60\r"), ("clear", "\\"), ("sort", ">"), ("sort", ">"), ("reverse", "I"),
        ] {
            desk.measure(name, keys.unicodeScalars.map { Desk.key($0) })
        }
    }

    /// A console and the other end of its link.
    private struct Desk {
        static let start = ClockReading(timestamp: .zero, wall: WallTime(secondsSince1970: 1_700_000_000))

        let monitor: Monitor
        private var model = ConsoleModel(settings: ConsoleSettings(), size: Size(width: 140, height: 40))
        private var session = LinkSession(readOnlyBecause: nil)

        init(monitor: Monitor) {
            self.monitor = monitor
            let welcome = Welcome(
                host: "bench",
                listeners: [],
                startedAt: .zero,
                clock: Self.start,
                utcOffset: .zero,
                you: OperatorIdentity(user: "bench", from: "local", terminal: "-"),
                readOnlyBecause: nil,
                openDomains: []
            )
            feed(.link(.welcome(welcome)))
        }

        static func key(_ scalar: Unicode.Scalar) -> Key {
            switch scalar {
            case "\r": .enter
            case "\u{6}": .control("f")
            default: .character(scalar)
            }
        }

        /// Gives the console an input, and answers what it asks.
        mutating func feed(_ input: ConsoleInput) {
            var queue = [input]
            while !queue.isEmpty {
                for effect in model.update(queue.removeFirst(), at: Self.start) {
                    guard case .send(let request) = effect else { continue }
                    let update = session.answer(
                        request,
                        monitor: monitor,
                        desk: NoDesk(),
                        clock: Self.start,
                        audit: { _ in nil }
                    )
                    queue.append(.link(update))
                }
            }
        }

        /// Presses keys, and reports the last one's time to the first frame, and to the whole list.
        mutating func measure(_ name: String, _ keys: [Key]) {
            for key in keys.dropLast() { feed(.key(key)) }
            let begin = Benchmarks.processorTime()
            if let last = keys.last { feed(.key(last)) }
            var cells = model.draw(at: Self.start).size.width
            let first = Benchmarks.processorTime() - begin
            var slices = 0
            while model.isPartial {
                _ = monitor.advance(to: .zero)
                slices += 1
                guard slices % 50 == 0 || slices < 50 else { continue }
                feed(.tick)
                cells += model.draw(at: Self.start).size.width
            }
            let whole = Benchmarks.processorTime() - begin
            WindowBenchmark.report(
                "key_\(name)",
                [
                    "first_ms": first / 1e6, "whole_ms": whole / 1e6, "slices": Double(slices),
                    "cells": Double(cells),
                ]
            )
        }
    }

    /// Nobody acts.
    private struct NoDesk: CommandDesk {
        func preview(_ command: OperatorCommand, clock: ClockReading) -> CommandOutcome {
            CommandOutcome(refusal: "nobody acts here")
        }

        func perform(
            _ command: OperatorCommand,
            clock: ClockReading,
            audit: ([AuditRecord]) -> Bool,
        ) -> CommandOutcome { CommandOutcome(refusal: "nobody acts here") }

        func blocks(at now: Timestamp) -> [Block] { [] }
        func drain(at now: Timestamp) -> Drain? { nil }
    }
}
