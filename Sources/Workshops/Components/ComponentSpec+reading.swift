package import Core

/// A file that describes components directly, for trying them without a deployment.
extension ComponentSpec {
    /// `{"components": [...]}`; relative folders are below `folder`.
    package static func list(_ document: Datum, folder: String) throws(Fault) -> [ComponentSpec] {
        guard let list = document["components"]?.list else {
            throw Fault(.invalid, "components is missing", hint: "write {\"components\": [{\"name\": ..}]}")
        }
        var specs: [ComponentSpec] = []
        for (place, entry) in list.enumerated() {
            specs.append(try ComponentSpec(SpecReader(entry, at: "components[\(place)]"), folder: folder))
        }
        return specs
    }

    private init(_ reader: SpecReader, folder: String) throws(Fault) {
        try reader.allow([
            "name", "version", "user", "dependencies", "setenv", "lifecycle", "workFolder", "artifactFolder", "logFile",
        ])
        let name = try reader.text("name")
        guard let name, Self.isName(name) else {
            throw reader.fault("name", "must be 1 to 128 of A-Z a-z 0-9 . _ -, and no dots alone")
        }
        func place(_ key: String, _ usual: String) throws(Fault) -> String {
            let path = try reader.text(key) ?? usual
            return path.hasPrefix("/") ? path : "\(folder)/\(path)"
        }
        self.init(
            name: name, version: try reader.text("version") ?? "1.0.0",
            environment: try reader.words("setenv"), user: try reader.text("user"),
            workFolder: try place("workFolder", "work/\(name)"),
            artifactFolder: try place("artifactFolder", "artifacts/\(name)"),
            logFile: try place("logFile", "logs/\(name).log"))
        for (other, text) in try reader.words("dependencies") {
            guard let kind = DependencyKind(rawValue: text.uppercased()) else {
                throw reader.fault("dependencies.\(other)", "is neither HARD nor SOFT")
            }
            dependencies[other] = kind
        }
        guard let lifecycle = try reader.inner("lifecycle") else { return }
        try lifecycle.allow(StepKind.allCases.map(\.rawValue))
        for kind in StepKind.allCases { steps[kind] = try Self.step(lifecycle, kind.rawValue) }
    }

    private static func step(_ lifecycle: SpecReader, _ key: String) throws(Fault) -> StepSpec? {
        if let script = lifecycle.value[key]?.text { return StepSpec(script) }
        guard let reader = try lifecycle.inner(key) else { return nil }
        try reader.allow(["script", "timeout", "requiresPrivilege", "skipIf", "setenv"])
        guard let script = try reader.text("script") else { throw reader.fault("script", "is missing") }
        return StepSpec(
            script, timeout: try reader.seconds("timeout"),
            requiresPrivilege: try reader.flag("requiresPrivilege") ?? false, skipIf: try reader.text("skipIf"),
            environment: try reader.words("setenv"))
    }

    private static func isName(_ text: String) -> Bool {
        let letters = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return letters && !text.isEmpty && text.utf8.count <= 128 && text != "." && text != ".."
    }
}

/// An object of the file, with where it stands.
private struct SpecReader {
    let value: Datum
    private let path: String

    init(_ value: Datum, at path: String) throws(Fault) {
        self.value = value
        self.path = path
        guard value.map != nil else { throw Fault(.invalid, "\(path) is \(value.kindName), not an object") }
    }

    func fault(_ key: String, _ text: String) -> Fault { Fault(.invalid, "\(path).\(key) \(text)") }

    func allow(_ names: [String]) throws(Fault) {
        if let stray = value.map?.keys.first(where: { !names.contains($0) }) {
            throw Fault(.invalid, "\(path).\(stray) is unknown", hint: "there are \(names.joined(separator: ", "))")
        }
    }

    private func read<Kind>(_ key: String, _ kind: String, _ convert: (Datum) -> Kind?) throws(Fault) -> Kind? {
        guard let member = value[key], !member.isNull else { return nil }
        guard let read = convert(member) else { throw fault(key, "is \(member.kindName), not \(kind)") }
        return read
    }

    func text(_ key: String) throws(Fault) -> String? { try read(key, "a string") { $0.text } }
    func flag(_ key: String) throws(Fault) -> Bool? { try read(key, "a boolean") { $0.bool } }

    func seconds(_ key: String) throws(Fault) -> UInt64? {
        guard let seconds = try read(key, "a number", { $0.number }) else { return nil }
        guard seconds > 0, seconds < 1e9 else { throw fault(key, "is not a number of seconds above 0") }
        return Span64.seconds(seconds)
    }

    func inner(_ key: String) throws(Fault) -> SpecReader? {
        guard let member = value[key], !member.isNull else { return nil }
        return try SpecReader(member, at: "\(path).\(key)")
    }

    func words(_ key: String) throws(Fault) -> [String: String] {
        guard let inner = try inner(key) else { return [:] }
        var words: [String: String] = [:]
        for name in inner.value.map?.keys ?? [] { words[name] = try inner.text(name) ?? "" }
        return words
    }
}
