/// E5, PIP: packages that a script installs itself, or an image that it describes.
enum PipRule {
    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.steps.flatMap { step in
            let words = step.command.words.map(\.text).joined(separator: " ")
            return findings(PipInstall.all(in: words), in: step.command.range, of: step.passage, walk)
        }
            + walk.files.filter { $0.name.hasPrefix("Dockerfile") }.flatMap { file in
                let text = String(decoding: file.content, as: UTF8.self)
                let lines = text.split(separator: "\\\n", omittingEmptySubsequences: false).joined(separator: " ")
                return lines.split(whereSeparator: \.isNewline).flatMap {
                    findings(PipInstall.all(in: String($0)), in: file.body, of: file.passage, walk)
                }
            }
    }

    private static func findings(
        _ packages: [PipInstall], in range: Range<Int>, of passage: Int, _ walk: Walkthrough
    ) -> [ClinicFinding] {
        let block = walk.passages[passage].block
        return PinRule.complaints(packages).compactMap { complaint in
            guard case .rewrite(let word, let better)? = complaint.remedy else { return nil }
            let places = block.bytes.ranges(of: word, in: range).filter { ends($0.upperBound, block.bytes) }
            return walk.finding(
                complaint.level, complaint.rule, RecipeRule.ids(complaint.rule, complaint.message),
                at: places.first?.lowerBound ?? range.lowerBound, of: passage, complaint.message,
                "pip installs nothing of the whole line", advice: complaint.advice,
                edits: places.map { block.edit($0, better) })
        }
    }

    /// A pin is not the beginning of a longer one.
    static func ends(_ place: Int, _ bytes: [UInt8]) -> Bool {
        guard place < bytes.count else { return true }
        return !bytes[place].isNameLetter
            && !(bytes[place] == UInt8(ascii: ".") && place + 1 < bytes.count && bytes[place + 1].isDigit)
    }
}
