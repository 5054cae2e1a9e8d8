internal import Core
internal import Glibc
internal import Recipes

/// What a node is, as the flags say it, else this machine.
enum NodeOption {
    static func facts(_ options: Options) throws(UsageFault) -> NodeFacts {
        NodeFacts(
            platform: try platform(options), folders: NodeFolders(root: options.text("folder") ?? "/greengrass/v2"),
            thingName: options.text("thing") ?? "thing")
    }

    static func platform(_ options: Options) throws(UsageFault) -> Platform {
        var attributes = Platform.linux(architecture: architecture).attributes
        for text in options.texts("platform") {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw UsageFault(message: "--platform \(text) is not KEY=VALUE") }
            attributes[parts[0].lowercased()] = parts[1]
        }
        return Platform(attributes)
    }

    /// As Greengrass calls this machine's processor.
    private static var architecture: String {
        var names = utsname()
        guard unsafe uname(&names) == 0 else { return "amd64" }
        let machine = unsafe withUnsafeBytes(of: names.machine) { bytes in
            unsafe String(decoding: unsafe bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        switch machine {
        case "x86_64": return "amd64"
        case "i386", "i686": return "x86"
        case let name where name.hasPrefix("armv"): return "arm"
        default: return machine
        }
    }
}
