// swift-tools-version: 6.2
import PackageDescription

// The building, ground first. An arrow may only point down: rooms of one floor never see each other.
// swift-format-ignore
let building: [(floor: String, rooms: [(name: String, standsOn: [String])])] = [
    ("Ground", [
        ("CKernel", []), ("CJSON", []), ("CHTTP", []), ("CTLS", []), ("CZlib", []), ("CArchive", []), ("CRuntime", []),
        ("CImages", []), ("CModbus", []), ("CCameras", []), ("CDigest", []), ("CSQLite", []), ("CPage", []), ("CYAML", []),
        ("CCurl", []), ("CKeys", []), ("CXML", []), ("CChecksum", []), ("CMQTT", []), ("CBrokerGate", []), ("CCBOR", []),
    ]),
    ("Bedrock", [
        ("Core", ["CKernel"]),
        ("Crypto", ["CDigest", "CKeys", "CChecksum"]),
    ]),
    ("Letters", [
        ("JSON", ["CJSON", "Core"]),
        ("YAML", ["CYAML", "Core"]),
        ("XML", ["CXML", "Core"]),
        ("CBOR", ["CCBOR", "Core"]),
    ]),
    ("Languages", [
        ("InferenceProtocol", ["Core", "JSON"]),
        ("ONNXFormat", []),
        ("LineMap", ["Core"]),
        ("LineConfig", ["Core", "JSON"]),
        ("Surfaces", []),
        ("ReleaseTrust", ["Core", "Crypto", "JSON"]),
        ("AWSSignature", ["Core", "Crypto"]),
        ("Recipes", ["Core", "Crypto", "JSON", "YAML"]),
        ("AWSEvents", ["Core", "JSON"]),
        ("AWSProtocol", ["Core", "JSON", "XML", "CBOR"]),
        ("EventPatterns", ["Core", "JSON"]),
        ("LogPatterns", ["Core", "JSON"]),
        ("Policies", ["Core", "JSON"]),
        ("TopicRules", ["Core", "Crypto", "JSON"]),
    ]),
    ("Drivers", [
        ("HTTP", ["CKernel", "CHTTP", "CTLS", "CZlib", "Core", "JSON"]),
        ("Link", ["CKernel", "Core"]),
        ("ONNX", ["CRuntime", "Core"]),
        ("Process", ["CKernel", "Core"]),
        ("Archive", ["CArchive", "Core"]),
        ("Files", ["CKernel", "Core"]),
        ("Disk", ["Core"]),
        ("Images", ["CImages", "Core"]),
        ("Mailbox", ["CKernel", "Core"]),
        ("Modbus", ["CKernel", "CModbus", "Core"]),
        ("FrameRing", ["CKernel", "Core"]),
        ("Cameras", ["CCameras", "Core"]),
        ("Database", ["CSQLite", "Core"]),
        ("WebClient", ["CCurl", "Core"]),
        ("MQTT", ["CMQTT", "Core"]),
    ]),
    ("Workshops", [
        ("EngineKeeping", ["CKernel", "Core", "InferenceProtocol", "Link", "Process", "Files"]),
        ("PartLedger", ["CKernel", "Core", "Crypto", "JSON", "Files", "Database"]),
        ("ReleaseWatch", ["Core"]),
        ("Pages", ["CPage", "Core", "Crypto", "HTTP"]),
        ("Depot", ["Core", "Crypto", "Disk"]),
        ("TrustKeeping", ["Core", "ReleaseTrust", "Files", "WebClient", "Archive"]),
        ("Components", ["CKernel", "Core", "Crypto", "JSON", "HTTP", "Files", "Process"]),
        ("ReleasePublishing", ["Core", "Crypto", "ReleaseTrust", "Files"]),
        ("Spool", ["Core", "JSON", "AWSEvents", "AWSSignature", "HTTP", "Files", "Database", "WebClient"]),
        ("Records", ["Core", "JSON", "AWSProtocol", "Files", "Database"]),
        ("Broker", ["CKernel", "Core", "Files", "Process", "MQTT"]),
        ("AWSDoor", ["Core", "AWSProtocol", "AWSSignature", "HTTP"]),
    ]),
    ("Engines", [
        ("CameraHost", ["Core", "Cameras", "FrameRing", "Process"]),
        ("Inference", ["CKernel", "Core", "JSON", "InferenceProtocol", "HTTP", "Link", "Process", "Files", "EngineKeeping"]),
        ("EngineHost", ["CKernel", "Core", "Link", "ONNX", "Process"]),
        ("LoadBench", ["Core", "JSON"]),
        ("ControlLoop", ["CKernel", "Core", "LineMap", "Mailbox", "Modbus"]),
        ("Station", ["CKernel", "Core", "Crypto", "JSON", "InferenceProtocol", "Surfaces", "HTTP", "Link", "Process", "Files", "Images", "Mailbox", "FrameRing", "EngineKeeping", "PartLedger", "ReleaseWatch", "Pages"]),
        ("Node", ["Core", "Crypto", "JSON", "Recipes", "HTTP", "Process", "Archive", "Files", "Disk", "WebClient", "Depot", "ReleaseTrust", "TrustKeeping", "Components", "Spool", "Pages", "AWSSignature", "MQTT"]),
        ("LineKeeper", ["Core", "Process"]),
        ("Conveyor", ["CKernel", "Core", "LineMap", "Surfaces", "Modbus"]),
    ]),
    ("Departments", [
        ("Identity", ["Core", "Crypto", "JSON", "AWSProtocol", "AWSSignature", "Policies", "Records", "AWSDoor"]),
        ("Secrets", ["Core", "Crypto", "AWSProtocol", "Records"]),
        ("Audit", ["Core", "Crypto", "JSON", "Database", "Files", "AWSProtocol", "Records", "AWSDoor"]),
        ("Telemetry", ["Core", "JSON", "Database", "AWSProtocol", "LogPatterns", "Policies", "Records"]),
        ("Objects", ["Core", "Crypto", "JSON", "XML", "AWSProtocol", "AWSSignature", "Policies", "HTTP", "Database", "Files", "Records", "AWSDoor"]),
        ("Queues", ["Core", "Crypto", "JSON", "Database", "AWSProtocol", "Policies", "Records"]),
        ("Events", ["Core", "Crypto", "JSON", "AWSEvents", "AWSProtocol", "EventPatterns", "Process", "Files", "Database", "WebClient", "Records"]),
        ("Greengrass", ["Core", "Crypto", "JSON", "YAML", "Recipes", "Database", "AWSProtocol", "Records"]),
        ("Fleet", ["Core", "Crypto", "JSON", "Database", "AWSProtocol", "Policies", "TopicRules", "Records", "AWSDoor", "Broker"]),
    ]),
    ("Proving", [
        ("LineDrill", ["Core", "LineMap", "Mailbox", "ControlLoop", "Conveyor", "Station"]),
        ("PowerCuts", ["Core", "Crypto", "Files", "Process", "Disk", "Depot"]),
    ]),
    ("Roof", [
        ("lineside", ["Core", "JSON", "InferenceProtocol", "ONNXFormat", "LineMap", "LineConfig", "Surfaces", "Mailbox", "Modbus", "ControlLoop", "Conveyor", "Station", "LineKeeper", "LineDrill", "EngineKeeping", "Crypto", "Database", "PartLedger", "ReleaseWatch", "FrameRing", "Cameras", "CameraHost", "HTTP", "Link", "ONNX", "Process", "Archive", "Files", "Images", "Inference", "EngineHost", "LoadBench", "ReleaseTrust", "WebClient", "TrustKeeping", "YAML", "Recipes", "Components", "Disk", "Depot", "Node", "ReleasePublishing", "Spool", "AWSSignature", "AWSEvents", "PowerCuts", "AWSProtocol", "AWSDoor", "Identity", "Secrets", "Audit", "Telemetry", "Queues", "Events", "Objects", "Fleet", "Greengrass", "Broker"]),
        ("lineside-powercut", ["Core", "PowerCuts"]),
    ]),
]

let floorOf = Dictionary(uniqueKeysWithValues: building.flatMap { floor in floor.rooms.map { ($0.name, floor.floor) } })
var below: Set<String> = []
for (floor, rooms) in building {
    for (name, standsOn) in rooms {
        let stray = Set(standsOn).subtracting(below).sorted()
        precondition(stray.isEmpty, "\(name) is on floor \(floor) and cannot stand on \(stray)")
    }
    below.formUnion(rooms.map(\.name))
}

let dependencies = Context.packageDirectory + "/.deps"
let careful: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .unsafeFlags(["-Xcc", "-I\(dependencies)/include"]),
]

let strict = careful + [.strictMemorySafety()]

/// Header-only rooms of the ground floor: a module map over a system library's own headers.
let headerOnly: Set<String> = ["CArchive", "CCBOR", "CRuntime", "CModbus", "CSQLite", "CXML", "CYAML"]

/// Where Debian keeps the headers of the camera libraries; `isystem`, because their warnings are not ours.
let cameraHeaders =
    (["glib-2.0", "aravis-0.8", "gstreamer-1.0"].map { "/usr/include/" + $0 }
    + ["x86_64", "aarch64"].map { "/usr/lib/\($0)-linux-gnu/glib-2.0/include" }).flatMap { ["-isystem", $0] }

func room(_ name: String, on floor: String, standsOn: [String]) -> Target {
    let path = "Sources/\(floor)/\(name)"
    let needs = standsOn.map { Target.Dependency.target(name: $0) }
    switch floor {
    case "Ground" where headerOnly.contains(name):
        return .systemLibrary(name: name, path: path)
    case "Ground":
        return .target(
            name: name, path: path,
            cSettings: [
                .unsafeFlags(
                    ["-I\(dependencies)/include", "-Wall", "-Werror"] + (name == "CCameras" ? cameraHeaders : [])
                        + (name == "CPage" ? ["-Wno-c23-extensions"] : []))
            ],
            cxxSettings: [.unsafeFlags(["-Wall", "-Werror"])],
            linkerSettings: name == "CHTTP"
                ? [.unsafeFlags(["-L\(dependencies)/lib"])] : name == "CBrokerGate" ? [.linkedLibrary("crypto")] : [])
    case "Roof":
        return .executableTarget(name: name, dependencies: needs, path: path, swiftSettings: strict)
    default:
        return .target(name: name, dependencies: needs, path: path, swiftSettings: strict)
    }
}

let rooms = building.flatMap { floor in floor.rooms.map { room($0.name, on: floor.floor, standsOn: $0.standsOn) } }

/// Each room's tests (without the memory-safety marks, which test macros cannot carry) stand on the room and on whatever it stands on.
// swift-format-ignore
let tests: [(name: String, standsOn: [String])] = [
    ("CoreTests", ["Core"]),
    ("JSONTests", ["Core", "JSON"]),
    ("YAMLTests", ["Core", "YAML"]),
    ("XMLTests", ["Core", "XML"]),
    ("CBORTests", ["Core", "CBOR"]),
    ("RecipesTests", ["Core", "Crypto", "JSON", "YAML", "Recipes"]),
    ("ONNXFormatTests", ["ONNXFormat"]),
    ("InferenceProtocolTests", ["Core", "JSON", "InferenceProtocol"]),
    ("HTTPTests", ["HTTP"]),
    ("LinkTests", ["Core", "Link"]),
    ("ArchiveTests", ["Archive", "Core"]),
    ("ImagesTests", ["Core", "Images"]),
    ("SurfacesTests", ["Surfaces"]),
    ("AWSSignatureTests", ["Core", "Crypto", "Files", "JSON", "AWSSignature"]),
    ("LineMapTests", ["Core", "LineMap"]),
    ("MailboxTests", ["Core", "Mailbox"]),
    ("ModbusTests", ["Core", "Modbus"]),
    ("ControlLoopTests", ["Core", "LineMap", "Mailbox", "Modbus", "ControlLoop"]),
    ("ConveyorTests", ["Core", "LineMap", "Surfaces", "Conveyor"]),
    ("StationTests", ["Core", "Station"]),
    ("LineDrillTests", ["LineDrill"]),
    ("CryptoTests", ["CChecksum", "Core", "Crypto"]),
    ("DatabaseTests", ["Core", "Files", "Database"]),
    ("PartLedgerTests", ["Core", "Crypto", "Files", "Database", "Process", "PartLedger"]),
    ("AWSEventsTests", ["Core", "JSON", "AWSEvents"]),
    ("SpoolTests", ["Core", "JSON", "Files", "AWSEvents", "Spool"]),
    ("ReleaseWatchTests", ["Core", "ReleaseWatch"]),
    ("ProcessTests", ["CKernel", "Core", "Files", "Process"]),
    ("FilesTests", ["Core", "Files"]),
    ("ComponentsTests", ["Core", "JSON", "HTTP", "Files", "Process", "Components"]),
    ("CamerasTests", ["Core", "Cameras"]),
    ("CameraHostTests", ["Core", "CameraHost"]),
    ("FrameRingTests", ["CKernel", "Core", "FrameRing"]),
    ("InferenceTests", ["Core", "InferenceProtocol", "Link", "Process", "EngineKeeping", "Inference"]),
    ("EngineHostTests", ["Core", "Process", "EngineHost"]),
    ("LoadBenchTests", ["Core", "JSON", "LoadBench"]),
    ("DepotTests", ["Core", "Crypto", "Files", "Disk", "Depot"]),
    ("ReleaseTrustTests", ["Core", "Crypto", "JSON", "ReleaseTrust"]),
    ("TrustKeepingTests", ["Core", "Crypto", "Files", "ReleaseTrust", "TrustKeeping", "ReleasePublishing"]),
    ("WebClientTests", ["Core", "Files", "WebClient"]),
    ("PowerCutsTests", ["Core", "PowerCuts"]),
    ("NodeTests", ["Core", "Crypto", "Files", "Recipes", "Depot", "Node"]),
    ("AWSProtocolTests", ["Core", "CBOR", "AWSProtocol"]),
    ("EventPatternsTests", ["Core", "JSON", "EventPatterns"]),
    ("LogPatternsTests", ["LogPatterns"]),
    ("PoliciesTests", ["Core", "JSON", "Policies"]),
    ("TopicRulesTests", ["Core", "JSON", "TopicRules"]),
    ("RecordsTests", ["Core", "Files", "Database", "Records"]),
    ("QueuesTests", ["Core", "Files", "Database", "AWSProtocol", "Records", "Queues"]),
    ("TelemetryTests", ["Core", "AWSProtocol", "Telemetry"]),
    ("EventsTests", ["Core", "Events"]),
    ("FleetTests", ["Core", "Crypto", "JSON", "Files", "AWSProtocol", "AWSDoor", "Fleet"]),
    ("BrokerTests", ["Core", "Broker"]),
    ("ObjectsTests", ["Core", "XML", "Objects"]),
    ("TidyTests", ["Core", "Files"]),
]

let package = Package(
    name: "lineside",
    // What mosquitto loads lies beside the program.
    products: [.library(name: "lineside-broker-gate", type: .dynamic, targets: ["CBrokerGate"])],
    targets: rooms
        + tests.map { test in
            .testTarget(
                name: test.name, dependencies: test.standsOn.map { .target(name: $0) }, path: "Tests/\(test.name)",
                swiftSettings: careful)
        },
    cxxLanguageStandard: .cxx17)
