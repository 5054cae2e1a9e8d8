/// Names the things that people hand over in place of a model, so that the error says what the file is.
enum Stranger {
    /// The same failure, or a clearer one when the first bytes are those of another kind of file.
    static func explain(_ error: ONNXFormatError, bytes: Span<UInt8>) -> ONNXFormatError {
        guard let kind = kind(of: bytes) else { return error }
        return ONNXFormatError(.notONNX, at: 0, "this is \(kind), not an ONNX model")
    }

    private static func kind(of bytes: Span<UInt8>) -> String? {
        if bytes.isEmpty { return "an empty file" }
        if starts(bytes, with: "version https://git-lfs") { return "a Git LFS pointer (run git lfs pull)" }
        if starts(bytes, with: "ORTM", at: 4) { return "a model in ONNX Runtime's own ORT format" }
        if starts(bytes, with: "TFL3", at: 4) { return "a TensorFlow Lite model" }
        if starts(bytes, with: "PK\u{3}\u{4}") { return "a zip archive (PyTorch saves those)" }
        if bytes.count >= 2, bytes[0] == 0x1F, bytes[1] == 0x8B { return "a gzip archive" }
        return isText(bytes) ? "text" : nil
    }

    private static func starts(_ bytes: Span<UInt8>, with text: StaticString, at offset: Int = 0) -> Bool {
        let wanted = Array("\(text)".utf8)
        guard bytes.count >= offset + wanted.count else { return false }
        return wanted.indices.allSatisfy { bytes[offset + $0] == wanted[$0] }
    }

    private static func isText(_ bytes: Span<UInt8>) -> Bool {
        (0..<min(bytes.count, 64)).allSatisfy { index in
            let byte = bytes[index]
            return (0x20..<0x7F).contains(byte) || byte == 0x0A || byte == 0x0D || byte == 0x09
        }
    }
}
