/// E13: words and files that hold together only as long as nothing is put in front of a line.
enum TornWordRule {
    /// Behind these a word cannot be at its end.
    private static let joints = Set("/:=,.-_".utf8)

    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.passages.enumerated().flatMap { index, passage in
            tears(passage, index, walk) + ends(passage, index, walk)
        }
    }

    private static func tears(_ passage: Walkthrough.Passage, _ index: Int, _ walk: Walkthrough) -> [ClinicFinding] {
        let block = passage.block
        return passage.script.tears.compactMap { tear in
            guard !tear.isIndented || joints.contains(tear.last) else { return nil }
            let level: RecipeFinding.Level = tear.isIndented ? .error : block.indent.isEmpty ? .note : .warning
            return walk.finding(
                level, "torn-word", ["E13"], at: tear.range.lowerBound, of: index,
                "a word goes on behind a backslash on the next line, which must therefore begin at the left margin",
                tear.isIndented
                    ? "with blanks in front of it the rest is another word"
                    : "copied with the indentation of the list around it, the rest becomes another word",
                advice: "write the word on one line", edits: [block.edit(tear.range, "")])
        }
    }

    private static func ends(_ passage: Walkthrough.Passage, _ index: Int, _ walk: Walkthrough) -> [ClinicFinding] {
        let block = passage.block
        return passage.script.heredocs.filter(\.isTerminatorIndented).map { heredoc in
            let start = heredoc.terminator.lowerBound
            let blank = block.bytes[heredoc.terminator].prefix { $0.isBlank }.count
            return walk.finding(
                .error, "heredoc-end", ["E13"], at: start, of: index,
                "\(heredoc.delimiter) is indented, and so it does not end the file that is written here",
                "everything up to the end of the script goes into that file",
                advice: "begin the line with \(heredoc.delimiter)", edits: [block.edit(start..<start + blank, "")])
        }
    }
}
