/// Python that a script writes, feeds to an interpreter, or prints between fences.
extension Walkthrough {
    struct WrittenProgram: Sendable {
        let passage: Int
        let body: Range<Int>
        /// How messages call it.
        let name: String
        let isFile: Bool
    }

    var programs: [WrittenProgram] {
        passages.enumerated().flatMap { index, passage -> [WrittenProgram] in
            if passage.block.kind == .program {
                let body = 0..<passage.block.bytes.count
                return [WrittenProgram(passage: index, body: body, name: "the printed program", isFile: false)]
            }
            return files.filter { $0.passage == index && $0.name.hasSuffix(".py") }.map {
                WrittenProgram(passage: index, body: $0.body, name: $0.name, isFile: true)
            } + fed(passage, index)
        }
    }

    /// `python3 - << EOF`.
    private func fed(_ passage: Passage, _ index: Int) -> [WrittenProgram] {
        passage.script.commands.filter { $0.program?.hasPrefix("python") == true }.flatMap(\.heredocs).compactMap {
            let heredoc = passage.script.heredocs[$0]
            guard !heredoc.terminator.isEmpty else { return nil }
            return WrittenProgram(passage: index, body: heredoc.body, name: "the program in the script", isFile: false)
        }
    }

    func code(_ program: WrittenProgram) -> PythonCode {
        PythonCode(Array(passages[program.passage].block.bytes[program.body]))
    }

    func has(_ word: String, _ program: WrittenProgram) -> Bool {
        passages[program.passage].block.bytes.range(of: word, in: program.body) != nil
    }

    /// Places in a program as changes of its text.
    func edit(_ program: WrittenProgram, _ range: Range<Int>, _ replacement: String) -> TextEdit {
        let start = program.body.lowerBound
        return passages[program.passage].block.edit(
            start + range.lowerBound..<start + range.upperBound, replacement)
    }
}
