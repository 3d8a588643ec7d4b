// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (Context.environment["REGTOP_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)])

let package = Package(
    name: "regtop",
    products: [.executable(name: "regtop", targets: ["regtop"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // PURE: no clock, no file, no task, no log. `.ci/walls` compares this table with the imports.
        .target(name: "Timing", swiftSettings: strict),
        .target(name: "SIPMessage", dependencies: ["Timing"], swiftSettings: strict),
        .target(name: "SIPDigest", dependencies: ["Timing", "SIPMessage", "CCrypto"], swiftSettings: strict),
        .target(name: "BindingTable", dependencies: ["Timing", "SIPMessage"], swiftSettings: strict),
        .target(name: "SIPTransaction", dependencies: ["Timing", "SIPMessage"], swiftSettings: strict),
        .target(
            name: "Registrar",
            dependencies: ["Timing", "SIPMessage", "SIPDigest", "BindingTable", "SIPTransaction"],
            swiftSettings: strict,
        ),
        .target(
            name: "Proxy",
            dependencies: [
                "Timing", "SIPMessage", "SIPDigest", "SIPTransaction", "BindingTable", "Registrar",
            ],
            swiftSettings: strict,
        ),
        .target(name: "Capture", dependencies: ["Timing", "SIPMessage"], swiftSettings: strict),
        .target(
            name: "Monitor",
            dependencies: ["Timing", "SIPMessage", "BindingTable"],
            swiftSettings: strict
        ),
        .target(
            name: "ConsoleLink",
            dependencies: ["Timing", "SIPMessage", "BindingTable", "Monitor"],
            swiftSettings: strict,
        ),
        .target(name: "Cells", swiftSettings: strict),
        .target(
            name: "Console",
            dependencies: ["ConsoleLink", "Monitor", "Cells", "BindingTable", "SIPMessage", "Timing"],
            swiftSettings: strict,
        ),
        .target(
            name: "Simulation",
            dependencies: ["Timing", "SIPMessage", "SIPDigest"],
            swiftSettings: strict,
        ),

        // SHELL: threads, sockets, files, the terminal.
        .target(
            name: "Storage",
            dependencies: [
                "Timing", "SIPMessage", "BindingTable",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict,
        ),
        .target(
            name: "Transport",
            dependencies: [
                "Timing", "SIPMessage", "CSocket", "CCares",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            swiftSettings: strict,
        ),
        .target(
            name: "Terminal",
            dependencies: ["Cells", "CNcurses"],
            swiftSettings: strict + [.defaultIsolation(MainActor.self)],
        ),
        .target(
            name: "Host",
            dependencies: [
                "Timing", "SIPMessage", "SIPDigest", "BindingTable", "SIPTransaction", "Registrar",
                "Proxy", "Capture", "Monitor", "ConsoleLink", "Cells", "Console", "Simulation", "Storage",
                "Transport",
                "Terminal",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict,
        ),
        .executableTarget(
            name: "regtop",
            dependencies: [
                "Host",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [.embedInCode("Themes"), .embedInCode("Manual")],
            swiftSettings: strict,
        ),

        // C: module maps over system libraries, and one real C target.
        .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCares", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
        .target(name: "CSocket"),
        .target(name: "Support", path: "Tests/Support", swiftSettings: strict),
        .testTarget(
            name: "SIPMessageTests",
            dependencies: ["SIPMessage", "Support", "Timing"],
            swiftSettings: strict,
        ),
        .testTarget(
            name: "TransportTests",
            dependencies: [
                "Transport", "CSocket", "SIPMessage", "Support", "Timing",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "TimingTests", dependencies: ["Support", "Timing"], swiftSettings: strict),
        .testTarget(
            name: "BindingTableTests",
            dependencies: ["BindingTable", "SIPMessage", "Support", "Timing"],
            swiftSettings: strict,
        ),
        .testTarget(
            name: "SIPDigestTests",
            dependencies: ["SIPDigest", "SIPMessage", "Timing"],
            swiftSettings: strict,
        ),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["Simulation", "SIPDigest", "SIPMessage", "Timing"],
            swiftSettings: strict,
        ),
        .testTarget(
            name: "SIPTransactionTests",
            dependencies: ["SIPTransaction", "SIPMessage", "Timing"],
            swiftSettings: strict,
        ),
        .testTarget(
            name: "RegistrarTests",
            dependencies: [
                "Registrar", "BindingTable", "SIPDigest", "SIPMessage", "SIPTransaction", "Support", "Timing",
            ],
            swiftSettings: strict,
        ),
        .testTarget(
            name: "ProxyTests",
            dependencies: [
                "Proxy", "Registrar", "BindingTable", "SIPDigest", "SIPMessage", "SIPTransaction", "Support",
                "Timing",
            ],
            swiftSettings: strict,
        ),
        .testTarget(
            name: "CaptureTests",
            dependencies: ["Capture", "SIPMessage", "Support", "Timing"],
            swiftSettings: strict,
        ),
        .testTarget(
            name: "ConsoleTests",
            dependencies: [
                "Console", "ConsoleLink", "Monitor", "Cells", "BindingTable", "SIPMessage", "Support",
                "Timing",
            ],
            swiftSettings: strict,
        ),
        .testTarget(
            name: "ConsoleLinkTests",
            dependencies: ["ConsoleLink", "Monitor", "BindingTable", "SIPMessage", "Support", "Timing"],
            swiftSettings: strict,
        ),
        .testTarget(name: "CellsTests", dependencies: ["Cells"], swiftSettings: strict),
        .testTarget(
            name: "MonitorTests",
            dependencies: ["Monitor", "BindingTable", "SIPMessage", "Support", "Timing"],
            swiftSettings: strict,
        ),
        .testTarget(
            name: "TerminalTests",
            dependencies: ["Cells", "Terminal", "CNcurses"],
            swiftSettings: strict + [.defaultIsolation(MainActor.self)],
        ),
        .testTarget(
            name: "StorageTests",
            dependencies: [
                "Storage", "BindingTable", "SIPMessage", "Support", "Timing",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict,
        ),
        .testTarget(
            name: "HostTests",
            dependencies: [
                "Host", "Storage", "Support", "BindingTable", "Capture", "Cells", "Console", "ConsoleLink",
                "Monitor", "Proxy", "Registrar", "SIPDigest",
                "SIPMessage", "Timing",
                "Transport",
            ],
            swiftSettings: strict,
        ),
        .testTarget(
            name: "regtopTests",
            dependencies: [
                "regtop", "Host", "BindingTable", "Cells", "Console", "ConsoleLink", "Monitor", "SIPMessage",
                "Support", "Timing", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict,
        ),
        // The whole program on a virtual clock, without I/O.
        .testTarget(
            name: "ScenarioTests",
            dependencies: [
                "BindingTable", "Cells", "Console", "ConsoleLink", "Monitor", "Proxy", "Registrar",
                "SIPDigest",
                "SIPMessage", "SIPTransaction", "Simulation", "Timing",
            ],
            swiftSettings: strict,
        ),
        .testTarget(name: "LiveTests", dependencies: ["regtop"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
)

// Measuring programs, built only when asked for: they are no part of what a user builds.
if Context.environment["REGTOP_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "BindingTable", "Cells", "Console", "ConsoleLink", "Monitor", "Registrar", "SIPDigest",
                "SIPMessage", "SIPTransaction", "Timing",
            ],
            path: "Tests/Benchmarks",
            swiftSettings: strict,
        )
    )
}

// The fuzz targets, built only with libFuzzer (`.ci/fuzz`). It brings its own main, so the program is a library here
// and its main has another name.
if Context.environment["REGTOP_FUZZING"] != nil,
    let index = package.targets.firstIndex(where: { $0.name == "regtop" })
{
    let program = package.targets[index]
    package.targets[index] = .target(
        name: program.name,
        dependencies: program.dependencies,
        resources: program.resources,
        swiftSettings: strict + [
            .unsafeFlags(["-Xfrontend", "-entry-point-function-name", "-Xfrontend", "regtop_main"])
        ],
    )
    package.targets.append(
        .executableTarget(
            name: "Fuzzing",
            dependencies: [
                "regtop", "Host", "Cells", "BindingTable", "ConsoleLink", "Proxy", "Registrar", "SIPDigest",
                "SIPMessage", "Support", "Timing", "Transport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            path: "Tests/Fuzzing",
            swiftSettings: strict,
        )
    )
    package.products = [.executable(name: "Fuzzing", targets: ["Fuzzing"])]
}
