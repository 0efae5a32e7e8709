// swift-tools-version: 6.2
// The graph below is the architecture: a target may only depend on targets above it.
// `make lint` holds the sources to it; ARCHITECTURE.md tells what each room is for.
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
  .treatAllWarnings(as: .error),
  // Debug builds, which the tests run as, check exclusive access at run time; on the data path that costs too much.
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// C and C++ libraries are linked from Debian's archives, so that the binary starts on hosts that have none of them.
func archives(_ names: String...) -> [LinkerSetting] { names.map { .linkedLibrary(":lib\($0).a") } }

func room(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil, resources: [Resource]? = nil)
  -> Target
{
  .target(
    name: name, dependencies: dependencies, path: path ?? "Sources/\(name)", resources: resources,
    swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")

let package = Package(
  name: "swiftail",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "swiftail", targets: ["swiftail"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // ground: no policy, no async, no Foundation
    .target(name: "CLinux", path: "Sources/CShims/CLinux"),
    .target(name: "CICUData", path: "Sources/CShims/CICUData"),
    .target(name: "CSystemd", path: "Sources/CShims/CSystemd"),
    .target(
      name: "CSnappy", path: "Sources/CShims/CSnappy", linkerSettings: archives("snappy", "stdc++")),
    .target(name: "CRE2", path: "Sources/CShims/CRE2", linkerSettings: archives("re2", "stdc++")),
    .target(name: "CPCRE2", path: "Sources/CShims/CPCRE2", linkerSettings: archives("pcre2-8")),
    .target(name: "CMaxMindDB", path: "Sources/CShims/CMaxMindDB", linkerSettings: archives("maxminddb")),
    .target(name: "CZstd", path: "Sources/CShims/CZstd", linkerSettings: archives("zstd")),
    .target(name: "CBzip2", path: "Sources/CShims/CBzip2", linkerSettings: archives("bz2")),
    .target(name: "CZlib", path: "Sources/CShims/CZlib", linkerSettings: [.linkedLibrary(":libz.a")]),
    room("Bytes"),
    room("LogModel", ["Bytes"]),
    room("Telemetry"),
    room("Syscalls", ["CLinux"]),
    room("Decompression", ["CZlib", "CBzip2"]),

    // language of the configuration: values only
    room("YAMLSource", [.product(name: "Yams", package: "Yams")]),
    room("GoCompat", ["Bytes", "CRE2", "CPCRE2"]),
    room("TextEncoding", ["Bytes", "GoCompat"]),
    room("JMESPath", ["Bytes", "GoCompat"]),
    room("GoTemplate", ["Bytes", "GoCompat"]),
    room("LogQL", ["LogModel", "GoCompat"]),
    room("AgentConfiguration", ["YAMLSource", "GoCompat", "JMESPath", "GoTemplate", "LogModel"]),

    // the data path: threads, no async, no existential per line
    room(
      "Pipeline",
      [
        "CMaxMindDB", "Bytes", "LogModel", "Syscalls", "GoCompat", "JMESPath", "GoTemplate", "LogQL",
        "AgentConfiguration",
        "Telemetry",
      ]),
    room("Positions", ["Bytes", "Syscalls", "LogModel", "Telemetry"]),
    room("Delivery", ["Bytes", "LogModel", "Positions", "Telemetry"]),
    room("Spool", ["Bytes", "LogModel", "Syscalls", "Positions", "Delivery", "Telemetry"]),
    room(
      "Tailing",
      [
        "Bytes", "LogModel", "Syscalls", "Decompression", "TextEncoding", "Positions", "Pipeline", "Delivery",
        "Telemetry",
      ]),
    room("Feeding", ["Bytes", "LogModel", "Syscalls", "Positions", "Pipeline", "Delivery", "Telemetry"]),

    // what is legal and harmful in a configuration
    room("Checks", ["YAMLSource", "GoCompat", "LogModel", "AgentConfiguration", "Tailing"]),

    // the edges: async, may wait
    room(
      "HTTPEdge",
      [
        "Syscalls", "Telemetry", "GoCompat", "AgentConfiguration", nioCore, nioPosix, nioHTTP1, nioSSL, hummingbird,
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    room("Relabeling", ["LogModel", "GoCompat", "AgentConfiguration"]),
    room(
      "Discovery",
      [
        "Bytes", "LogModel", "Telemetry", "Syscalls", "YAMLSource", "GoCompat", "JMESPath", "AgentConfiguration",
        "HTTPEdge", nioCore, nioPosix,
      ]),
    room(
      "Inputs",
      [
        "CSystemd", "Bytes", "LogModel", "Syscalls", "Decompression", "GoCompat", "JMESPath", "AgentConfiguration",
        "Pipeline", "Positions", "Delivery", "Tailing", "Feeding", "Discovery", "Relabeling", "Telemetry", nioCore,
      ]),
    room("Outputs", ["CSnappy", "Bytes", "LogModel", "GoCompat", "Delivery", "HTTPEdge", nioCore]),

    // the single-machine store
    room("StoreFormat", ["Bytes", "LogModel", "CZstd"]),
    room("Store", ["StoreFormat", "LogQL", "Telemetry", .product(name: "GRDB", package: "GRDB.swift")]),
    room("StoreAPI", ["Syscalls", "Store", "HTTPEdge", "LogQL", "CSnappy", "CZlib", hummingbird]),

    // the top
    room("Console", ["HTTPEdge", "Telemetry", hummingbird], resources: [.embedInCode("Pages")]),
    room(
      "Agent",
      [
        "LogModel", "Telemetry", "Syscalls", "YAMLSource", "Decompression", "GoCompat", "TextEncoding",
        "AgentConfiguration",
        "Pipeline", "Positions", "Delivery", "Tailing", "Feeding",
        "HTTPEdge", "Relabeling", "Discovery", "Inputs", "Outputs", "Store", "StoreAPI", "Console", hummingbird,
      ]),
    .executableTarget(
      name: "swiftail",
      dependencies: [
        "CICUData", "Agent", "AgentConfiguration", "Checks", "HTTPEdge", "Store", "Syscalls", "Telemetry", "YAMLSource",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings,
      // Where scripts/link-archives puts the archives of libraries that packages name themselves, before the system's.
      linkerSettings: [.unsafeFlags(["-L.build/archives"])]),

    // for measuring
    .executableTarget(
      name: "linebench",
      dependencies: [
        "Bytes", "LogModel", "Telemetry", "AgentConfiguration", "Relabeling", "Pipeline", "Positions", "Delivery",
      ],
      path: "bench/lines", swiftSettings: settings),

    // for tests
    .target(
      name: "SwiftailTesting", dependencies: ["Syscalls"],
      path: "Tests/SwiftailTesting", swiftSettings: settings),
    tests("BytesTests", ["Bytes", "CSnappy"]),
    tests("LogModelTests", ["LogModel"]),
    tests("YAMLSourceTests", ["YAMLSource"]),
    tests("GoCompatTests", ["GoCompat", "Bytes"]),
    tests("JMESPathTests", ["JMESPath", "Bytes"]),
    tests("AgentConfigurationTests", ["AgentConfiguration", "YAMLSource", "GoCompat", "JMESPath", "LogModel"]),
    tests("RelabelingTests", ["Relabeling", "AgentConfiguration", "GoCompat", "LogModel"]),
    tests("PositionsTests", ["SwiftailTesting", "Positions", "Syscalls", "Telemetry"]),
    tests("DeliveryTests", ["Delivery", "Positions", "LogModel", "Bytes", "Telemetry"]),
    tests("GoTemplateTests", ["GoTemplate", "GoCompat", "Bytes"]),
    tests("PipelineTests", ["Pipeline", "AgentConfiguration", "LogModel", "Bytes", "Telemetry"]),
    tests("HTTPEdgeTests", ["HTTPEdge", "AgentConfiguration"]),
    tests("DiscoveryTests", ["Discovery", "AgentConfiguration", "LogModel", nioCore, nioPosix]),
    tests(
      "SpoolTests",
      ["SwiftailTesting", "Spool", "Delivery", "Positions", "LogModel", "Bytes", "Syscalls", "Telemetry"]),
    tests(
      "InputsTests",
      [
        "SwiftailTesting", "Inputs", "AgentConfiguration", "Discovery", "Feeding", "Relabeling", "Tailing", "Positions",
        "Bytes", "Syscalls", "LogModel", "Telemetry",
      ]),
    tests("DecompressionTests", ["Decompression"]),
    tests("TextEncodingTests", ["TextEncoding", "Bytes"]),
    tests(
      "TailingTests",
      [
        "SwiftailTesting", "Tailing", "Pipeline", "AgentConfiguration", "Positions", "Delivery", "LogModel", "Bytes",
        "Syscalls", "Telemetry",
      ]),
    tests(
      "FeedingTests",
      [
        "Feeding", "Pipeline", "AgentConfiguration", "Positions", "Delivery", "LogModel", "Bytes", "Syscalls",
        "Telemetry",
      ]),
    tests("LogQLTests", ["LogQL", "LogModel"]),
    tests("StoreFormatTests", ["StoreFormat", "LogModel", "Bytes"]),
    tests("StoreTests", ["Store", "StoreFormat", "LogQL", "LogModel", "Bytes"]),
    tests(
      "StoreAPITests",
      [
        "StoreAPI", "Store", "HTTPEdge", "LogModel", "Bytes", "CSnappy", hummingbird, nioCore, nioHTTP1,
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
      ]),
    tests(
      "ConsoleTests",
      [
        "Console", "HTTPEdge", hummingbird, nioCore, nioHTTP1,
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
      ]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
