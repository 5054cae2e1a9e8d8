internal import AWSProtocol
internal import Core
internal import Crypto
internal import Files
internal import JSON
internal import Objects

/// `lineside hub operations`: what is offered, from the declarations that route.
enum HubOperations {
    static func list(_ options: Options) throws -> Int32 {
        let folder = "/tmp/lineside-operations-\(UniqueID.random())"
        defer { FileAccess.remove(folder) }
        try FileAccess.makeFolder(folder, mode: 0o700)
        let hub = HubFolder(try Options(["--data", folder], flags: [HubFolder.flag]))
        let departments = try HubDepartments(
            hub, try hub.settle(region: nil), try hub.authority(), WorkerPool("list", threads: 1),
            HubPlaces(name: "127.0.0.1"))
        // Some are served in several protocols.
        let services = Dictionary(departments.directory.services.map { ($0.name, $0) }) { first, _ in first }
        var offered = services.values.map { ($0.name, $0.operations.map(\.name).sorted()) }
        offered.append(("s3", ObjectsDesk.operationNames.sorted()))
        offered.sort { $0.0 < $1.0 }
        if try options.wantsJSON {
            let rows = offered.map { service, names -> Datum in
                ["service": .text(service), "operations": .list(names.map(Datum.text))]
            }
            Verbs.say(String(decoding: Datum.list(rows).json, as: UTF8.self))
        } else {
            for (service, names) in offered { for name in names { Verbs.say("\(service):\(name)") } }
        }
        return ExitCode.ok
    }
}
