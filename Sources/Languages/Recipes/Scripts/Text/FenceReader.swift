/// Takes a text apart: a tutorial is what stands between its fences, anything else is one script.
enum FenceReader {
    /// What people call the languages of a shell.
    private static let shells: Set<String> = [
        "bash", "sh", "shell", "zsh", "console", "shell-session", "shellsession", "terminal", "ksh",
    ]

    static func blocks(_ text: ScriptText, paper: Int) -> [ScriptBlock] {
        let fences = text.isScript ? [] : fences(text)
        guard !fences.isEmpty else {
            let all = 0..<text.lines.starts.count
            return [ScriptBlock(text, paper: paper, kind: .shell(isStrict: text.isScript), lines: all)]
        }
        return fences.map { fence in
            ScriptBlock(
                text, paper: paper, kind: kind(of: fence.language), lines: fence.lines, indent: fence.indent)
        }
    }

    private static func kind(of language: String) -> ScriptBlock.Kind {
        switch language {
        case "": .shell(isStrict: false)
        case "json", "jsonc", "yaml", "yml": .document
        case "python", "py", "python3": .program
        case _ where shells.contains(language): .shell(isStrict: true)
        default: .other
        }
    }

    private struct Fence {
        let mark: UInt8
        let width: Int
        let indent: Int
        let language: String
        var lines = 0..<0

        func with(lines: Range<Int>) -> Fence {
            var fence = self
            fence.lines = lines
            return fence
        }
    }

    private static func fences(_ text: ScriptText) -> [Fence] {
        var found: [Fence] = []
        var open: Fence?
        for number in text.lines.starts.indices {
            guard let mark = mark(text, number) else { continue }
            if let fence = open {
                guard mark.mark == fence.mark, mark.width >= fence.width, mark.language.isEmpty else { continue }
                found.append(fence.with(lines: fence.lines.lowerBound..<number))
                open = nil
            } else {
                open = mark.with(lines: (number + 1)..<(number + 1))
            }
        }
        // Whoever forgot the last fence meant the rest.
        if let open { found.append(open.with(lines: open.lines.lowerBound..<text.lines.starts.count)) }
        return found
    }

    private static func mark(_ text: ScriptText, _ number: Int) -> Fence? {
        let line = text.bytes[text.range(ofLine: number)]
        let indent = line.prefix { $0.isBlank }.count
        let rest = line.dropFirst(indent)
        guard let mark = rest.first, mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else { return nil }
        let width = rest.prefix { $0 == mark }.count
        guard width >= 3 else { return nil }
        let info = String(decoding: rest.dropFirst(width).prefix(80), as: UTF8.self)
        guard !info.contains("`") else { return nil }
        let word = info.split { $0 == " " || $0 == "{" || $0 == "\t" }.first ?? ""
        return Fence(mark: mark, width: width, indent: indent, language: word.lowercased())
    }
}
