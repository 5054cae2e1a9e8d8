internal import Core

/// A23: recipes declare `EventBusName`, and their programs look for `EVENT_BUS_NAME`. What nobody hands on, a node can.
package enum ComponentEnvironment {
    /// A variable, and where its value comes from.
    package struct Entry: Hashable, Sendable {
        package let name: String
        package let value: String
        package let origin: String
    }

    /// `EventBusName` as the environment writes it: `EVENT_BUS_NAME`.
    package static func name(of key: String) -> String {
        let letters = Array(key)
        var name = ""
        for (place, letter) in letters.enumerated() {
            guard letter.isASCII && (letter.isLetter || letter.isNumber) else {
                name += "_"
                continue
            }
            let before = place > 0 ? letters[place - 1] : "_"
            let isNextLower = place + 1 < letters.count && letters[place + 1].isLowercase
            let startsWord =
                letter.isUppercase && (before.isLowercase || before.isNumber || before.isUppercase && isNextLower)
            name += (startsWord ? "_" : "") + letter.uppercased()
        }
        return name
    }

    /// Names that the node gives itself, and that no configuration may change.
    package static func isNodes(_ name: String) -> Bool {
        name.hasPrefix("AWS_") || name.hasPrefix("LD_") || name.hasPrefix("PYTHON")
            || ["PATH", "HOME", "USER", "SHELL", "TMPDIR", "LANG", "SVCUID", "GGC_VERSION"].contains(name)
    }

    /// The component's own values and then those of its direct dependencies, as far as its steps do not set them themselves.
    /// A path into a folder of a component that only brings a model means the model.
    package static func entries(
        for component: ReadyComponent, among all: [ReadyComponent], on node: NodeFacts
    ) -> [Entry] {
        var taken = Set(component.steps.values.flatMap(\.environment).map(\.name))
        let direct = component.dependencies.compactMap { dependency in all.first { $0.name == dependency.name } }
        var entries: [Entry] = []
        for party in [component] + direct {
            for (key, value) in party.configuration.map?.members ?? [] {
                let name = name(of: key)
                guard !isNodes(name), let word = word(value), taken.insert(name).inserted else { continue }
                let place = modelFile(word, of: party, on: node)
                entries.append(
                    Entry(
                        name: name, value: place ?? word,
                        origin: place == nil ? "\(party.name) \(key)" : "the model of \(party.name)"))
            }
        }
        return entries
    }

    private static func word(_ value: Datum) -> String? {
        switch value {
        case .text(let text): text.utf8.contains(0) ? nil : text
        case .whole(let whole): "\(whole)"
        case .number(let number): "\(number)"
        case .bool(let bool): "\(bool)"
        default: nil
        }
    }

    private static func modelFile(_ value: String, of party: ReadyComponent, on node: NodeFacts) -> String? {
        let folders = ["/work/\(party.name)", "/packages/artifacts/\(party.name)/\(party.version)"]
        guard !party.isActive, value.hasPrefix("/"), folders.contains(where: value.hasSuffix) else { return nil }
        let models = party.artifacts.filter { $0.fileName.lowercased().hasSuffix(".onnx") }
        guard models.count == 1, let model = models.first else { return nil }
        return node.folders.artifacts(party.name, party.version) + "/" + model.fileName
    }
}
