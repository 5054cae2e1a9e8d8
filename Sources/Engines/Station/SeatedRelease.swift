internal import Core
internal import Crypto
internal import EngineKeeping
internal import Images
internal import Link

/// A release with its engine at work.
final class SeatedRelease {
    let file: ReleaseFile
    let engine: EngineHandle
    let preprocessor: Preprocessor
    let inputPort: Int
    let scorePort: Int
    let scorePlace: Int
    let heatmapPort: Int?

    init(_ file: ReleaseFile, engine: EngineHandle) throws(Fault) {
        self.file = file
        self.engine = engine
        preprocessor = try Preprocessor(file.preprocessing)
        let signature = engine.signature
        let wanted = file.preprocessing
        guard signature.inputs.count == 1, signature.inputs[0].type == .float32 else {
            throw Fault(.model, "\(file.modelPath) does not have exactly one float32 input")
        }
        let shape = signature.inputs[0].shape
        let made = [1, wanted.channels, wanted.height, wanted.width]
        guard shape.count == 4, zip(shape, made).allSatisfy({ $0 < 0 || $0 == $1 }) else {
            throw Fault(
                .model, "preprocessing makes \(made), and the model's input '\(signature.inputs[0].name)' is \(shape)",
                hint: "correct preprocessing in \(file.metadataPath)")
        }
        inputPort = 0
        guard
            let score = signature.outputs.firstIndex(where: { $0.name == "score" && $0.type == .float32 })
                ?? signature.outputs.firstIndex(where: { $0.type == .float32 })
        else { throw Fault(.model, "\(file.modelPath) has no float32 output to take a score from") }
        let side = signature.outputs[score].shape.last ?? 1
        guard side <= 2 else {
            throw Fault(
                .model, "output '\(signature.outputs[score].name)' of \(file.modelPath) has \(side) values",
                hint: "a station needs one score, or two classes of which the second is the defect")
        }
        scorePort = score
        scorePlace = side == 2 ? 1 : 0
        heatmapPort = signature.outputs.firstIndex { $0.name == "heatmap" && $0.type == .float32 }
    }
}

/// What a model said of one frame.
struct ModelAnswer: Sendable {
    let score: Float
    let heatmap: Heatmap?
    /// Of every output's bytes, in the order of the model's outputs.
    let digest: SHA256Digest
}

extension SeatedRelease {
    /// Turns a frame into the model's input, where the engine reads it.
    func fill(_ slot: Slot, with frame: FrameView) throws(Fault) {
        let bytes = file.preprocessing.elementCount * MemoryLayout<Float>.stride
        guard let offset = slot.place(bytes) else {
            throw Fault(.exhausted, "a tensor of \(bytes) bytes does not fit into a slot of \(slot.capacity)")
        }
        unsafe try preprocessor.write(frame, into: (slot.data + offset).assumingMemoryBound(to: Float.self))
        let wanted = file.preprocessing
        slot.addInput(
            port: inputPort, type: .float32, shape: [1, wanted.channels, wanted.height, wanted.width], offset: offset,
            bytes: bytes)
    }

    /// Reads a completed slot; nil when what stands there makes no sense.
    func read(_ slot: Slot) -> ModelAnswer? {
        guard slot.isSound(outputs: engine.signature.outputs.count) else { return nil }
        var score: Float?
        var heatmap: Heatmap?
        var hash = SHA256()
        for number in 0..<slot.outputCount {
            let tensor = slot.output(number)
            unsafe hash.update(UnsafeRawBufferPointer(tensor.bytes))
            guard let floats = unsafe tensor.floats else { continue }
            if tensor.port == scorePort, floats.count > scorePlace {
                score = unsafe floats[scorePlace]
            } else if tensor.port == heatmapPort, tensor.rank >= 2 {
                heatmap = unsafe Heatmap(
                    floats, width: tensor.dimension(tensor.rank - 1), height: tensor.dimension(tensor.rank - 2))
            }
        }
        let digest = hash.finish()
        return score.map { ModelAnswer(score: $0, heatmap: heatmap, digest: digest) }
    }
}
