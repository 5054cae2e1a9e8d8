internal import Core
internal import Files
internal import Node
internal import Process

/// A node's configuration file.
enum NodeFiles {
    static func configuration(_ file: String?) throws(Fault) -> NodeConfiguration {
        guard let file else { return NodeConfiguration() }
        guard FileAccess.isReadable(file) else {
            throw Fault(.notFound, "no configuration at \(file)", hint: "docs/spec/node.md describes it")
        }
        let configuration = try NodeConfiguration(
            parsing: try FileAccess.read(file, limit: 4 << 20), file: file, folder: PathName.folder(of: file))
        do throws(Fault) { _ = try UserAccount(parsing: configuration.user) } catch {
            throw Fault(.invalid, "\(file): runWithDefault.posixUser: \(error.message)", hint: error.hint)
        }
        return configuration
    }

}
