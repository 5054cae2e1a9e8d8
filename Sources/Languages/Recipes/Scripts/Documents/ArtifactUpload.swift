/// E6: a file that a recipe holds in a `data:` address, given to a bucket instead.
enum ArtifactUpload {
    /// Only what a script encodes itself can be uploaded by it.
    static func edits(_ document: RecipeDocument, at path: String, _ walk: Walkthrough) -> [TextEdit] {
        let block = walk.passages[document.passage].block
        guard let node = document.outline?.node(path), case .text = node.content,
            let file = encodedFile(block.bytes.text(node.range)),
            let step = walk.steps.first(where: { step in
                step.passage == document.passage
                    && walk.statement(step).contains(document.body.lowerBound)
            })
        else { return [] }
        let name = file.split(separator: "/").last.map(String.init) ?? file
        let address = "s3://\(bucket(walk))/components/\(name)"
        let inner = node.range.lowerBound + 1..<node.range.upperBound - 1
        return [
            walk.insertion(["aws s3 cp \(file) \"\(address)\""], before: step), block.edit(inner, address),
        ]
    }

    private static func encodedFile(_ text: String) -> String? {
        guard let start = text.firstRange(of: "$(")?.upperBound, let end = text.lastIndex(of: ")"), start <= end else {
            return nil
        }
        return HeredocText.encoded(String(text[start..<end]))
    }

    /// The one that the recipe makes, or fetches other files from; else whoever follows it has to name one.
    private static func bucket(_ walk: Walkthrough) -> String {
        let made = walk.calls("s3", "mb").compactMap { $0.call.arguments.first?.text }.first { $0.hasPrefix("s3://") }
        if let made { return String(made.dropFirst(5)) }
        for artifact in walk.documents.flatMap(\.recipe.manifests).flatMap(\.artifacts) {
            if case .s3(let bucket, _) = artifact.source { return bucket }
        }
        return "${S3_BUCKET_NAME:?name the bucket of the artifacts}"
    }
}
