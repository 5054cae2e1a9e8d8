package import Core

extension Datum {
    /// Larger texts are no documents that people write.
    private static let yamlBytesMax = 8 << 20

    /// Reads a YAML text of one document: block and flow, anchors, merge keys. A key written twice is an error.
    package init(yaml text: [UInt8]) throws(YAMLRefusal) {
        guard text.count <= Self.yamlBytesMax else {
            throw YAMLRefusal("larger than \(ByteSize(Self.yamlBytesMax))", at: YAMLEvent.Mark(line: 1, column: 1))
        }
        var composer = YAMLComposer(text)
        self = try composer.document()
    }

    /// The value as people write it: blocks, quotes only where they are needed.
    package var yaml: String {
        var writer = YAMLWriter()
        writer.document(self)
        return writer.text
    }
}
