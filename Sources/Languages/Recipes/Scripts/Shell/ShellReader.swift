/// Reads shell text as people write and print it. Nothing is refused: a line that is no command is passed over, a
/// quote that does not
/// close is a letter, a heredoc that does not end is none. Every letter is read a fixed number of times.
struct ShellReader {
    let block: ScriptBlock
    let bytes: [UInt8]
    let isStrict: Bool
    var at = 0
    var script = ShellScript()
    var quotes: ShellQuotes
    private var pending: [Heredoc] = []
    private var statementStart = 0
    private lazy var ends = HeredocEnds(block)

    /// Nobody nests deeper in earnest.
    static let depthMax = 12
    /// Nobody writes more; what is behind them is not read.
    static let commandsMax = 50_000
    /// Linux takes no more arguments at once (ARG_MAX with the usual stack), so a longer line is none for a shell.
    static let lineBytesMax = 2 << 20

    static func read(_ block: ScriptBlock) -> ShellScript {
        guard case .shell(let isStrict) = block.kind else { return ShellScript() }
        var reader = ShellReader(block, isStrict: isStrict)
        reader.list(to: reader.bytes.count, depth: 0, assignee: nil)
        return reader.script
    }

    private init(_ block: ScriptBlock, isStrict: Bool) {
        self.block = block
        bytes = block.bytes
        self.isStrict = isStrict
        quotes = ShellQuotes(bytes)
    }

    /// Commands up to a place: a whole block, or what stands in `$(...)`.
    mutating func list(to end: Int, depth: Int, assignee: String?) {
        var draft = ShellCommand()
        draft.depth = depth
        draft.assignee = assignee
        if depth == 0 { beginStatement(to: end) }
        while at < end, script.commands.count < Self.commandsMax {
            switch bytes[at] {
            case let byte where byte.isBlank: at += 1
            case .backslash where at + 1 < end && bytes[at + 1] == .newline: at += 2
            case .newline: endLine(&draft, to: end)
            case UInt8(ascii: "#"): at = lineEnd(to: end)
            case UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"):
                joint(&draft, to: end)
            case UInt8(ascii: "<"), UInt8(ascii: ">"): redirect(&draft, to: end, depth: depth)
            default:
                let word = word(to: end, depth: depth)
                if !isHandle(word, to: end) { take(word, &draft) }
            }
        }
        finish(&draft, .line)
        if depth == 0 { endStatement(at: at) }
    }

    // MARK: Lines

    private mutating func endLine(_ draft: inout ShellCommand, to end: Int) {
        let goesOn = draft.words.isEmpty && draft.assignments.isEmpty && draft.before != .line && draft.before != .other
        if !goesOn { finish(&draft, .line) }
        at += 1
        let bodyEnd = readHeredocs(to: end)
        guard draft.depth == 0, !goesOn else { return }
        endStatement(at: bodyEnd ?? at - 1)
        draft.before = .line
        beginStatement(to: end)
    }

    private mutating func beginStatement(to end: Int) {
        while at < end {
            statementStart = at
            if isCommandLine(to: end) { return }
            at = min(end, lineEnd(to: end) + 1)
        }
    }

    private mutating func endStatement(at end: Int) {
        guard script.commands.last?.statement == script.statements.count else { return }
        script.statements.append(statementStart..<max(statementStart, end))
    }

    /// Whether the line that begins here is for the shell at all.
    private mutating func isCommandLine(to end: Int) -> Bool {
        let lineEnd = lineEnd(to: end)
        guard lineEnd - at <= Self.lineBytesMax else { return false }
        if block.hasPrompts {
            guard bytes.has("$ ", at: at) else { return false }
            at += 2
            return true
        }
        guard !isStrict else { return true }
        let line = bytes[at..<lineEnd].drop { $0.isBlank }
        if line.isEmpty || line.first == UInt8(ascii: "#") { return true }
        let word = line.prefix { !$0.isBlank && $0 != UInt8(ascii: ";") }
        return ShellVocabulary.begins(String(decoding: word.prefix(256), as: UTF8.self))
    }

    func lineEnd(to end: Int) -> Int { bytes[at..<end].firstIndex(of: .newline) ?? end }

    // MARK: Commands

    /// The 2 of `2> file`.
    private func isHandle(_ word: ShellWord, to end: Int) -> Bool {
        guard at < end, bytes[at] == UInt8(ascii: "<") || bytes[at] == UInt8(ascii: ">") else { return false }
        return bytes[word.range].allSatisfy(\.isDigit)
    }

    private mutating func take(_ word: ShellWord, _ draft: inout ShellCommand) {
        if draft.words.isEmpty, draft.assignments.isEmpty, draft.redirects.isEmpty {
            draft.range = word.range
            draft.statement = script.statements.count
        }
        draft.range = draft.range.lowerBound..<word.range.upperBound
        if draft.words.isEmpty, let assignment = Self.assignment(word) {
            draft.assignments.append(assignment)
        } else if draft.words.isEmpty, !word.isQuoted, ShellVocabulary.leaders.contains(word.text) {
            draft.range = word.range.upperBound..<word.range.upperBound
        } else {
            if draft.words.isEmpty, draft.assignments.isEmpty {
                draft.range = word.range
            }
            draft.words.append(word)
        }
    }

    private static func assignment(_ word: ShellWord) -> ShellCommand.Assignment? {
        guard let sign = word.text.firstIndex(of: "="), sign != word.text.startIndex else { return nil }
        let name = word.text[..<sign].hasSuffix("+") ? word.text[..<sign].dropLast() : word.text[..<sign]
        guard name.utf8.allSatisfy(\.isNameLetter), name.first?.isNumber == false else { return nil }
        return ShellCommand.Assignment(
            name: String(name), value: String(word.text[word.text.index(after: sign)...]), range: word.range)
    }

    private mutating func joint(_ draft: inout ShellCommand, to end: Int) {
        let byte = bytes[at]
        let isDouble = at + 1 < end && bytes[at + 1] == byte
        // `&> file` is no joint.
        if byte == UInt8(ascii: "&"), at + 1 < end, bytes[at + 1] == UInt8(ascii: ">") {
            at += 1
            return
        }
        switch byte {
        case UInt8(ascii: "|"): finish(&draft, isDouble ? .or : .pipe)
        case UInt8(ascii: "&"): finish(&draft, isDouble ? .and : .other)
        default: finish(&draft, .other)
        }
        at += isDouble && byte != UInt8(ascii: "(") && byte != UInt8(ascii: ")") ? 2 : 1
    }

    private mutating func finish(_ draft: inout ShellCommand, _ joint: ShellCommand.Joint) {
        let isThere = !draft.words.isEmpty || !draft.assignments.isEmpty
        if isThere {
            draft.after = joint
            declare(&draft)
            let file = draft.redirects.last { $0.way == .output }?.target.text ?? teeFile(draft)
            for index in draft.heredocs where index - script.heredocs.count < pending.count {
                pending[index - script.heredocs.count].file = file
            }
            script.commands.append(draft)
        }
        let before = isThere || joint != .line ? joint : draft.before
        draft = fresh(draft, before: before)
    }

    private func fresh(_ draft: ShellCommand, before: ShellCommand.Joint) -> ShellCommand {
        var next = ShellCommand()
        next.depth = draft.depth
        next.assignee = draft.assignee
        next.before = before
        return next
    }

    /// What `export A=b`, `for x in` and `read x` name.
    private func declare(_ draft: inout ShellCommand) {
        guard let program = draft.words.first?.text else { return }
        switch program {
        case "export", "declare", "local", "readonly", "typeset":
            draft.assignments += draft.words.dropFirst().compactMap(Self.assignment)
        case "for", "select": draft.otherNames = draft.words.dropFirst().prefix(1).map(\.text)
        case "read", "mapfile", "readarray":
            draft.otherNames = draft.words.dropFirst().map(\.text).filter { !$0.hasPrefix("-") }
        default: break
        }
    }

    private func teeFile(_ draft: ShellCommand) -> String? {
        draft.program == "tee" ? draft.words.dropFirst().first { !$0.text.hasPrefix("-") }?.text : nil
    }

    // MARK: Redirections

    private mutating func redirect(_ draft: inout ShellCommand, to end: Int, depth: Int) {
        let start = at
        let isInput = bytes[at] == UInt8(ascii: "<")
        while at < end, bytes[at] == UInt8(ascii: "<") || bytes[at] == UInt8(ascii: ">") { at += 1 }
        let count = at - start
        let isHeredoc = isInput && count == 2 && bytes[start + 1] == UInt8(ascii: "<")
        var dropsTabs = false
        if isHeredoc, at < end, bytes[at] == UInt8(ascii: "-") {
            dropsTabs = true
            at += 1
        }
        // `2>&1`, `>| file`.
        while !isHeredoc, at < end, bytes[at] == UInt8(ascii: "&") || bytes[at] == UInt8(ascii: "|") { at += 1 }
        skipBlanks(to: end)
        guard at < end, bytes[at] != .newline, bytes[at] != UInt8(ascii: "(") else { return }
        let target = word(to: end, depth: depth)
        guard !target.range.isEmpty else { return }
        draft.range = min(draft.range.lowerBound, start)..<target.range.upperBound
        if isHeredoc {
            draft.heredocs.append(script.heredocs.count + pending.count)
            pending.append(
                Heredoc(
                    delimiter: target.text, isQuoted: target.isQuoted || target.text.contains("\\"),
                    dropsTabs: dropsTabs))
        } else if count < 3 || !isInput {
            draft.redirects.append(ShellCommand.Redirect(way: isInput ? .input : .output, target: target))
        }
    }

    private mutating func skipBlanks(to end: Int) {
        while at < end, bytes[at].isBlank { at += 1 }
    }

    /// Behind a line's end: the files that its commands hold. Gives the end of the last of them.
    private mutating func readHeredocs(to end: Int) -> Int? {
        var last: Int?
        for var heredoc in pending {
            // Without an end it is none; others behind it are still read.
            if let terminator = ends.end(of: heredoc, from: block.lines.line(at: min(at, end)), at) {
                heredoc.isTerminatorIndented = terminator.isIndented
                heredoc.terminator = block.range(ofLine: terminator.line)
                heredoc.body = at..<max(at, heredoc.terminator.lowerBound)
                last = heredoc.terminator.upperBound
                at = min(bytes.count, heredoc.terminator.upperBound + 1)
                if !heredoc.isQuoted { look(into: heredoc.body) }
            }
            script.heredocs.append(heredoc)
        }
        pending = []
        return last
    }

    /// The shell reads variables and torn words in a heredoc too.
    private mutating func look(into body: Range<Int>) {
        var rest = body.lowerBound
        while let sign = bytes[rest..<body.upperBound].firstIndex(where: { $0 == .dollar || $0 == .backslash }) {
            rest = sign + 1
            guard rest < body.upperBound else { return }
            if bytes[sign] == .dollar {
                use(at: sign, to: body.upperBound)
            } else if bytes[rest] == .newline {
                tear(at: sign, to: body.upperBound, from: body.lowerBound)
            } else {
                rest += 1
            }
        }
    }
}
