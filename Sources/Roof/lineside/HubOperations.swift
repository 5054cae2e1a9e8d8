internal import AWSProtocol
internal import Core
internal import Crypto
internal import Files
internal import JSON

/// `lineside hub operations`: what is offered, from the declarations that route.
enum HubOperations {
    static func list(_ options: Options) throws -> Int32 {
        let folder = "/tmp/lineside-operations-\(UniqueID.random())"
        defer { FileAccess.remove(folder) }
        try FileAccess.makeFolder(folder, mode: 0o700)
        let hub = HubFolder(try Options(["--data", folder], flags: [HubFolder.flag]))
        let departments = try HubDepartments(hub, try hub.settle(region: nil))
        let services = departments.directory.services.sorted { $0.name < $1.name }
        if try options.wantsJSON {
            let rows = services.map { service -> Datum in
                ["service": .text(service.name), "operations": .list(service.operations.map { .text($0.name) })]
            }
            Verbs.say(String(decoding: Datum.list(rows).json, as: UTF8.self))
        } else {
            for service in services {
                for operation in service.operations.sorted(by: { $0.name < $1.name }) {
                    Verbs.say("\(service.name):\(operation.name)")
                }
            }
        }
        return ExitCode.ok
    }
}
