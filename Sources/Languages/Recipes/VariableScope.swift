package import Core
internal import JSON

/// Where the files of the components lie on a node, as Greengrass lays them out.
package struct NodeFolders: Hashable, Sendable {
    package let root: String

    package init(root: String) { self.root = root }

    package func artifacts(_ name: ComponentName, _ version: ComponentVersion) -> String {
        "\(root)/packages/artifacts/\(name)/\(version)"
    }

    package func unarchived(_ name: ComponentName, _ version: ComponentVersion) -> String {
        "\(root)/packages/artifacts-unarchived/\(name)/\(version)"
    }

    package func work(_ name: ComponentName) -> String { "\(root)/work/\(name)" }
}

/// What the variables of one component's texts stand for.
package struct VariableScope: Sendable {
    /// A component that can be asked: itself, or one that it directly depends on.
    package struct Party: Sendable {
        package let name: ComponentName
        package let version: ComponentVersion
        package let configuration: Datum

        package init(name: ComponentName, version: ComponentVersion, configuration: Datum) {
            self.name = name
            self.version = version
            self.configuration = configuration
        }
    }

    package let folders: NodeFolders
    package let thingName: String
    package let own: Party
    package let dependencies: [ComponentName: Party]

    package init(
        folders: NodeFolders, thingName: String, own: Party, dependencies: [ComponentName: Party] = [:]
    ) {
        self.folders = folders
        self.thingName = thingName
        self.own = own
        self.dependencies = dependencies
    }

    /// The text with every variable replaced that stands for something. The others stay as they are and are handed to `missing`.
    package func filled(_ text: String, missing: (Variable) -> Void = { _ in }) -> String {
        Variable.pieces(of: text).map { piece -> String in
            switch piece {
            case .letters(let letters): return String(letters)
            case .variable(let variable, let letters):
                if let value = value(of: variable) { return value }
                missing(variable)
                return String(letters)
            }
        }.joined()
    }

    package func value(of variable: Variable) -> String? {
        guard let component = variable.component else { return value(variable, of: own) ?? ofNode(variable) }
        guard let party = dependencies.first(where: { $0.key.text == component })?.value else { return nil }
        return value(variable, of: party)
    }

    private func ofNode(_ variable: Variable) -> String? {
        switch (variable.space, variable.key) {
        case ("kernel", "rootPath"): folders.root
        case ("iot", "thingName"): thingName
        default: nil
        }
    }

    private func value(_ variable: Variable, of party: Party) -> String? {
        switch (variable.space, variable.key) {
        case ("artifacts", "path"): folders.artifacts(party.name, party.version)
        case ("artifacts", "decompressedPath"): folders.unarchived(party.name, party.version)
        case ("work", "path"): folders.work(party.name)
        case ("configuration", let key):
            (try? JSONPointer(parsing: key)).flatMap { party.configuration[$0] }.map(Self.word)
        default: nil
        }
    }

    private static func word(_ value: Datum) -> String {
        value.text ?? String(decoding: value.json, as: UTF8.self)
    }
}
