package import Core

/// A file that is brought to the doctor.
package struct ClinicPaper: Sendable {
    package enum Kind: Hashable, Sendable {
        /// A component's recipe, in JSON or YAML.
        case recipe
        /// Commands: a script, or a tutorial that prints them.
        case script
    }

    package let name: String
    package let bytes: [UInt8]
    package let kind: Kind

    /// No recipe of a component is larger: Greengrass takes 16 KB.
    package static let recipeBytesMax = 4 << 20
    /// No tutorial is longer.
    package static let bytesMax = 16 << 20

    /// Told by what is in it. A file that is neither, or a recipe that cannot be read, is refused.
    package init(name: String, _ bytes: [UInt8]) throws(Fault) {
        self.name = name
        self.bytes = bytes
        kind = try Self.kind(of: bytes)
    }

    init(_ other: ClinicPaper, bytes: [UInt8]) {
        name = other.name
        self.bytes = bytes
        kind = other.kind
    }

    private static func kind(of bytes: [UInt8]) throws(Fault) -> Kind {
        let refusal: Fault
        if bytes.starts(with: "#!".utf8) || bytes.count > recipeBytesMax {
            refusal = Fault(.invalid, "no recipe begins so")
        } else {
            do throws(Fault) {
                _ = try RecipeText.read(bytes)
                return .recipe
            } catch { refusal = error }
        }
        guard !isMeantAsRecipe(bytes), !bytes.allSatisfy({ $0.isBlank || $0 == .newline || $0 == 13 }) else {
            throw refusal
        }
        guard hasCommands(bytes) else {
            throw Fault(
                .invalid, "there is neither a component recipe nor a command in it",
                hint:
                    "the doctor reads recipes (JSON or YAML with RecipeFormatVersion), shell scripts, and texts that print commands"
            )
        }
        return .script
    }

    /// A JSON object or a YAML mapping that says so.
    private static func isMeantAsRecipe(_ bytes: [UInt8]) -> Bool {
        let head = String(decoding: bytes.prefix(64 << 10), as: UTF8.self).lowercased()
        guard let first = head.first(where: { !$0.isWhitespace && $0 != "\u{feff}" }) else { return false }
        if first == "{" { return head.contains("recipeformatversion") }
        let lines = head.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") && $0 != "---" }
        // A tutorial may print one at the left margin too.
        guard let key = lines.first?.prefix(while: { $0 != ":" }), key.utf8.allSatisfy(\.isNameLetter),
            !lines.contains(where: { $0.hasPrefix("```") || $0.hasPrefix("~~~") })
        else { return false }
        return lines.contains { line in
            line.drop { $0 == "\"" || $0 == "'" || $0 == "\u{feff}" }.hasPrefix("recipeformatversion")
        }
    }

    private static func hasCommands(_ bytes: [UInt8]) -> Bool {
        let text = ScriptText(bytes)
        return FenceReader.blocks(text, paper: 0).contains { block in
            guard case .shell(let isStrict) = block.kind else { return false }
            let script = ShellReader.read(block)
            // In prose a sentence may begin like a command; an option or a file that is written does not lie.
            return isStrict && !script.commands.isEmpty
                || script.heredocs.contains { !$0.terminator.isEmpty }
                || script.commands.contains { command in
                    command.words.dropFirst().contains { $0.text.hasPrefix("-") && $0.text.count > 1 }
                        || AWSCall(command) != nil
                        || !command.assignments.isEmpty || !command.redirects.isEmpty
                }
        }
    }
}
