/// A component recipe where it stands: a file of its own, a heredoc of a script, or a fenced part of a tutorial.
struct RecipeDocument: Sendable {
    let paper: Int
    let passage: Int
    /// Where it stands in its block.
    let body: Range<Int>
    /// What begins with `$` in it is the shell's.
    let isFilled: Bool
    let isFile: Bool
    let recipe: Recipe
    /// Of JSON alone.
    let outline: JSONOutline?
    /// The heredoc's file.
    let path: String?

    static func all(
        _ papers: [ClinicPaper], passages: [Walkthrough.Passage], files: [Walkthrough.WrittenFile]
    ) -> [RecipeDocument] {
        let contents = Dictionary(files.map { ($0.path, $0.content) }) { _, last in last }
        return passages.indices.flatMap { index -> [RecipeDocument] in
            let block = passages[index].block
            if block.kind == .document {
                let isFile = papers[block.paper].kind == .recipe
                let body = 0..<block.bytes.count
                return [document(block, index, body, block.bytes, isFilled: false, isFile: isFile, path: nil)]
                    .compactMap(\.self)
            }
            return files.filter { $0.passage == index }.compactMap { file in
                // Files of other steps may stand in it too.
                let content =
                    file.isQuoted ? file.content : HeredocText(files: contents).filled(block.bytes[file.body])
                return document(
                    block, index, file.body, content, isFilled: !file.isQuoted, isFile: false, path: file.path)
            }
        }
    }

    private static func document(
        _ block: ScriptBlock, _ passage: Int, _ body: Range<Int>, _ content: [UInt8], isFilled: Bool, isFile: Bool,
        path: String?
    ) -> RecipeDocument? {
        guard isFile || isLikely(content), let recipe = try? RecipeText.read(content).recipe else { return nil }
        let mark = block.bytes[body].starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        let start = body.lowerBound + mark
        let isJSON = block.bytes[start..<body.upperBound].first { !$0.isBlank && $0 != .newline } == UInt8(ascii: "{")
        return RecipeDocument(
            paper: block.paper, passage: passage, body: start..<body.upperBound, isFilled: isFilled, isFile: isFile,
            recipe: recipe, outline: isJSON ? JSONOutline(block.bytes, in: start..<body.upperBound) : nil, path: path)
    }

    private static func isLikely(_ content: [UInt8]) -> Bool {
        content.count <= ClinicPaper.recipeBytesMax
            && String(decoding: content.prefix(64 << 10), as: UTF8.self).lowercased().contains("recipeformatversion")
    }
}
