package import Core
package import Crypto
internal import Files
package import Images
internal import JSON

/// What a station must know of a model to judge with it: how frames become its input, and when its score means what.
/// It is one whole with the model: the digest covers both files.
package struct ReleaseFile: Sendable {
    package let modelPath: String
    /// From the root, for whoever looks for it later.
    let absolutePath: String
    package let metadataPath: String
    package let name: String
    package let version: String
    package let rule: DecisionRule
    package let preprocessing: Preprocessing
    package let digest: SHA256Digest
    /// Parts whose verdict is known; nil when the release brings none.
    let golden: GoldenSet?

    /// Reads `path`, a model file or a folder that holds `model.onnx`, and the metadata beside it.
    package init(_ path: String) throws(Fault) {
        let modelPath = FileAccess.isFolder(path) ? path + "/model.onnx" : path
        guard FileAccess.isFile(modelPath) else {
            throw Fault(.notFound, "no model at \(path)", hint: "name an ONNX file, or a folder that holds model.onnx")
        }
        let folder = modelPath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let metadataPath = (folder.isEmpty ? "." : folder) + "/metadata.json"
        guard FileAccess.isFile(metadataPath) else {
            throw Fault(
                .notFound, "\(modelPath) has no metadata.json beside it",
                hint: "a station needs its threshold and preprocessing; see docs/spec/line.md")
        }
        let text = try FileAccess.read(metadataPath, limit: 16 << 20)
        self.modelPath = modelPath
        absolutePath = FileAccess.resolved(modelPath)
        self.metadataPath = metadataPath
        let reader = try ReleaseReader(text, file: metadataPath)
        name = reader.name
        version = reader.version
        rule = try reader.rule()
        preprocessing = try reader.preprocessing()
        try reader.checkGolden(preprocessing)
        golden = try reader.golden()
        var hash = SHA256()
        hash.update(SHA256.digest(of: try FileAccess.read(modelPath)).bytes)
        hash.update(SHA256.digest(of: text).bytes)
        digest = hash.finish()
    }
}

/// The parts of `metadata.json` that a station reads.
private struct ReleaseReader {
    private let document = JSONDocument()
    private let root: JSONNode
    private let file: String

    init(_ text: [UInt8], file: String) throws(Fault) {
        self.file = file
        root = try document.parse(text, named: file)
        guard root.kind == .object else { throw Fault(.invalid, "\(file) must hold a JSON object") }
    }

    var name: String { root["model_name"]?.string ?? "model" }
    var version: String { root["model_version"]?.string ?? "1" }

    private func wrong(_ what: String) -> Fault { Fault(.invalid, "\(what) in \(file)") }

    func rule() throws(Fault) -> DecisionRule {
        guard let threshold = root["threshold"]?.double, (0...1).contains(threshold) else {
            throw wrong("threshold is not a number from 0 to 1")
        }
        guard let band = root["review"], !band.isNull else {
            return DecisionRule(threshold: Float(threshold), reviewFrom: 0, reviewTo: 0)
        }
        guard let ends = band.numbers, ends.count == 2, 0 <= ends[0], ends[0] <= threshold, threshold <= ends[1],
            ends[1] <= 1
        else { throw wrong("review is not [low, high] with 0 <= low <= threshold <= high <= 1") }
        return DecisionRule(threshold: Float(threshold), reviewFrom: Float(ends[0]), reviewTo: Float(ends[1]))
    }

    func preprocessing() throws(Fault) -> Preprocessing {
        guard let node = root["preprocessing"], node.kind == .object else { throw wrong("preprocessing is missing") }
        let text = node["mode"]?.string ?? "bilinear"
        guard let mode = Preprocessing.Mode(rawValue: text) else {
            let known = Preprocessing.Mode.allCases.map(\.rawValue).joined(separator: ", ")
            throw wrong("preprocessing.mode '\(text)' is none of \(known)")
        }
        guard let width = node["width"]?.int, let height = node["height"]?.int, width > 0, height > 0 else {
            throw wrong("preprocessing.width and height must be whole numbers above 0")
        }
        let channels = node["channels"]?.int ?? 3
        guard let order = Preprocessing.Order(rawValue: node["order"]?.string ?? "rgb") else {
            throw wrong("preprocessing.order is neither rgb nor bgr")
        }
        let made = Preprocessing(
            mode: mode, width: width, height: height, channels: channels, order: order,
            mean: try triple(node["mean"], "mean", .zero), deviation: try triple(node["std"], "std", .one),
            pad: node["pad"]?.int ?? 114)
        do throws(Fault) { try made.check() } catch { throw wrong(error.message) }
        return made
    }

    private func triple(_ node: JSONNode?, _ key: String, _ usual: SIMD3<Float>) throws(Fault) -> SIMD3<Float> {
        guard let node, !node.isNull else { return usual }
        guard let numbers = node.numbers, numbers.count == 1 || numbers.count == 3 else {
            throw wrong("preprocessing.\(key) is not one number or three")
        }
        let all = numbers.count == 1 ? [numbers[0], numbers[0], numbers[0]] : numbers
        return SIMD3(Float(all[0]), Float(all[1]), Float(all[2]))
    }

    /// The golden set that the release says it brings.
    func golden() throws(Fault) -> GoldenSet? {
        guard let node = root["golden_set"], !node.isNull else { return nil }
        guard let name = node.string, !name.isEmpty, !name.hasPrefix("/"), !name.split(separator: "/").contains("..")
        else { throw wrong("golden_set is not the name of a folder beside it") }
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return try GoldenSet((folder.isEmpty ? "." : folder) + "/" + name)
    }

    /// Training and serving must make the same tensor of the golden picture, bit for bit.
    func checkGolden(_ preprocessing: Preprocessing) throws(Fault) {
        guard let text = root["preprocessing"]?["golden_sha256"]?.string else { return }
        guard let expected = SHA256Digest(parsing: text) else {
            throw wrong("preprocessing.golden_sha256 is no SHA-256")
        }
        let ours = SHA256.digest(of: try GoldenPicture.tensorBytes(preprocessing))
        guard ours == expected else {
            throw Fault(
                .invalid,
                "preprocessing in \(file) differs from training's: the golden tensor is \(ours), not \(expected)",
                hint: "correct mode, size, order, mean or std, or declare what this release was trained with")
        }
    }
}

extension JSONNode {
    /// The numbers of a flat array; nil when anything else is in it.
    var numbers: [Double]? {
        guard let count else { return nil }
        if count == 0 { return [] }
        guard let packed else { return nil }
        return (0..<count).map { packed.double($0) }
    }
}
