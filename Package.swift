// swift-tools-version: 6.2
import PackageDescription

/// The laws every Swift target of ours obeys; `make check` holds the rest (arrows, lengths, names).
let strict: [SwiftSetting] = [
    // GMime's pkg-config file names flags that SwiftPM refuses with a warning; this is all that is needed of it.
    .unsafeFlags(["-Xcc", "-I/usr/include/gmime-3.0"]),
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// `make fuzz` sets DESK_FUZZ: libFuzzer wants its own flags on all that it watches, and programs of its own.
let isFuzzing = Context.environment["DESK_FUZZ"] != nil
let fuzzFlags = ["-sanitize=fuzzer,address"]
let watched: [SwiftSetting] = isFuzzing ? strict + [.unsafeFlags(fuzzFlags)] : strict

/// SwiftPM renames `main`, so the program brings its own and calls libFuzzer's; gold cannot link it.
func fuzzer(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: "fuzz-" + name, dependencies: dependencies + ["CFuzz"], path: "Tests/Fuzz/" + folder,
        swiftSettings: watched, linkerSettings: [.unsafeFlags(fuzzFlags + ["-use-ld=lld"])])
}

let fuzzers: [Target] =
    isFuzzing
    ? [
        .target(name: "CFuzz", path: "Tests/Fuzz/CFuzz"),
        fuzzer("mail", "Mail", ["DeskMail", "DeskPost"]),
        fuzzer("codec", "Codec", ["DeskMail"]),
        fuzzer("lines", "Lines", ["DeskWire", "DeskModel"]),
    ] : []

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: watched)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "zuruf",
    products: [
        .executable(name: "zurufd", targets: ["zurufd"]),
        .executable(name: "zuruf", targets: ["zuruf"]),
        .executable(name: "zuruf-mail", targets: ["zuruf-mail"]),
        // For tests alone: preloaded into the real program, it lets storage calls fail.
        .library(name: "zuruf-faults", type: .dynamic, targets: ["CFaults"]),
    ],
    targets: [
        // What Debian's libraries offer, seen from Swift.
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CGMime", pkgConfig: "gobject-2.0", providers: [.apt(["libgmime-3.0-dev"])]),
        .systemLibrary(name: "CGumbo", pkgConfig: "gumbo", providers: [.apt(["libgumbo-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CEdit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
        .target(name: "CLinux"),
        .target(name: "CSoleWriter", dependencies: ["CSQLite"]),

        // Pure: values in, values out.
        library("DeskModel"),
        library("DeskWire", ["DeskModel"]),
        library("DeskEngine", ["DeskModel"]),
        library("DeskMail", ["DeskModel"]),

        // What touches the machine.
        library("DeskCrypto", ["DeskModel", "COpenSSL"]),
        library("DeskStore", ["DeskModel", "DeskCrypto", "CSQLite", "CSoleWriter"]),
        library("DeskNet", ["DeskModel", "DeskCrypto", "CLinux", "COpenSSL"]),
        library("DeskPost", ["DeskModel", "DeskMail", "CLinux", "CGMime", "CGumbo", "CCurl"]),
        library("DeskTerminal", ["CEdit"]),
        library(
            "DeskServer",
            ["DeskModel", "DeskWire", "DeskEngine", "DeskMail", "DeskStore", "DeskNet", "DeskCrypto"]),

        // What people start.
        program("zurufd", ["DeskServer", "DeskNet"]),
        program("zuruf", ["DeskTerminal", "DeskNet"]),
        program("zuruf-mail", ["DeskPost"]),

        .target(name: "CFaults", path: "Tests/Faults"),
        .target(name: "CFloor", dependencies: ["COpenSSL", "CSQLite"], path: "Tests/Bench/CFloor"),
        .executableTarget(
            name: "zuruf-bench", dependencies: ["DeskModel", "DeskCrypto", "DeskStore", "DeskNet", "CFloor"],
            path: "Tests/Bench/Bench", swiftSettings: strict),
        // What the tests start: it tries in a worker's sandbox what a worker may do and what it may not.
        .target(name: "CProbe", path: "Tests/SandboxProbe/CProbe"),
        .executableTarget(
            name: "sandbox-probe", dependencies: ["DeskPost", "CProbe"], path: "Tests/SandboxProbe/Probe",
            swiftSettings: strict),

        // What tests have in common: the real programs as they start them, and dice.
        .target(
            name: "DeskTestSupport", dependencies: ["DeskNet"], path: "Tests/DeskTestSupport", swiftSettings: strict),

        tests("DeskModel", ["DeskModel"]),
        tests("DeskWire", ["DeskWire", "DeskModel", "DeskTestSupport"]),
        // With the store, since what desk.db holds must be what memory holds.
        tests("DeskEngine", ["DeskEngine", "DeskModel", "DeskStore", "DeskNet", "DeskTestSupport"]),
        tests("DeskMail", ["DeskMail", "DeskModel", "DeskTestSupport"]),
        tests("DeskCrypto", ["DeskCrypto", "DeskModel", "DeskTestSupport"]),
        tests("DeskStore", ["DeskStore", "DeskModel", "DeskCrypto", "DeskNet", "DeskTestSupport"]),
        tests("DeskNet", ["DeskNet", "DeskCrypto", "DeskTestSupport"]),
        tests(
            "DeskPost",
            [
                "DeskPost", "DeskMail", "DeskModel", "DeskNet", "DeskCrypto", "DeskTestSupport", "zuruf-mail",
                "sandbox-probe",
            ]),
        tests("DeskTerminal", ["DeskTerminal", "DeskNet", "DeskCrypto", "DeskTestSupport", "zuruf", "zurufd"]),
        tests(
            "DeskServer",
            [
                "DeskServer", "DeskModel", "DeskWire", "DeskMail", "DeskEngine", "DeskStore", "DeskNet", "DeskCrypto",
                "DeskPost", "DeskTestSupport", "zurufd", "zuruf-mail", "CFaults",
            ]),
        // The real programs under load, killed, starved, and with failing storage.
        tests(
            "Endurance",
            [
                "DeskModel", "DeskStore", "DeskNet", "DeskCrypto", "DeskTestSupport", "zurufd", "zuruf-mail",
                "CFaults",
            ]),
    ] + fuzzers
)
