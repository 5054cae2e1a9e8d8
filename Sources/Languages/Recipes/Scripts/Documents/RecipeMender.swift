internal import Core

/// Turns the advice of the components' doctor into changes of the recipe's text. All that is not changed stays as it
/// was written.
struct RecipeMender {
    let document: RecipeDocument
    let walk: Walkthrough

    private var block: ScriptBlock { walk.passages[document.passage].block }

    /// None where the text cannot be changed without being written anew: YAML, but for words in it.
    func edits(_ remedy: RecipeRemedy, at path: String) -> [TextEdit] {
        switch remedy {
        case .rewrite(let word, let better): rewriting(word, better, path)
        case .install(let package): installing(package)
        case .set(let name, let value, let manifest): setting(name, value, manifest)
        case .depend(let component, let requirement): depending(component, requirement)
        case .replace(let bytes): replacing(bytes, path)
        case .configure(let key, let value): configuring(key, value)
        }
    }

    private func rewriting(_ word: String, _ better: String, _ path: String) -> [TextEdit] {
        let range = document.outline?.nearest(path).node.range ?? document.body
        return block.bytes.ranges(of: word, in: range).filter { PipRule.ends($0.upperBound, block.bytes) }
            .map { block.edit($0, better) }
    }

    /// The content of a `data:` address, in the letters it is written in.
    private func replacing(_ bytes: [UInt8], _ path: String) -> [TextEdit] {
        let mark = ";base64,"
        guard let node = document.outline?.node(path), case .text = node.content,
            let start = block.bytes.range(of: mark, in: node.range)?.upperBound,
            !block.bytes[start..<node.range.upperBound].contains(.dollar)
        else { return [] }
        return [block.edit(start..<node.range.upperBound - 1, Base64.text(bytes))]
    }

    // MARK: Packages

    /// Behind the first `pip install` of a component that is needed, else of the component itself, else as a new step.
    private func installing(_ package: String) -> [TextEdit] {
        for other in needed + [document] {
            if let edit = RecipeMender(document: other, walk: walk).appending(package) { return [edit] }
        }
        let step: Datum = ["Script": .text("pip3 install \(package)"), "Timeout": 300]
        guard let lifecycle = document.outline?.node("Manifests[0].Lifecycle"), lifecycle.member("Install") == nil
        else {
            return []
        }
        return inserting("Install", step, into: lifecycle)
    }

    /// What it depends on, the farthest first.
    private var needed: [RecipeDocument] {
        var found: [RecipeDocument] = []
        var names: Set<ComponentName> = [document.recipe.name]
        var rest = document.recipe.dependencies.map(\.name)
        while let name = rest.popLast() {
            guard names.insert(name).inserted, let other = walk.documents.first(where: { $0.recipe.name == name })
            else {
                continue
            }
            found.append(other)
            rest += other.recipe.dependencies.map(\.name)
        }
        return found.reversed()
    }

    private func appending(_ package: String) -> TextEdit? {
        guard document.outline != nil else { return nil }
        let bytes = block.bytes
        for range in bytes.ranges(of: " install ", in: document.body) {
            let word = bytes[..<range.lowerBound].reversed().prefix { $0.isNameLetter || $0 == UInt8(ascii: ".") }
                .reversed()
            guard String(decoding: word, as: UTF8.self).hasPrefix("pip") else { continue }
            let end = bytes[range.upperBound..<document.body.upperBound].firstIndex {
                $0 == .quote || $0 == .backslash || $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "&")
                    || $0 == UInt8(ascii: "|")
            }
            guard let end else { return nil }
            let last = bytes[..<end].lastIndex { !$0.isBlank } ?? end
            return block.edit(last + 1..<last + 1, " " + package)
        }
        return nil
    }

    // MARK: Members

    private func setting(_ name: String, _ value: String, _ manifest: String) -> [TextEdit] {
        guard let outline = document.outline,
            let lifecycle = outline.node("\(manifest).Lifecycle") ?? outline.node("Lifecycle")
        else { return [] }
        if let variables = lifecycle.member("Setenv") { return inserting(name, .text(value), into: variables.value) }
        return inserting("Setenv", .map([name: .text(value)]), into: lifecycle)
    }

    private func depending(_ component: String, _ requirement: String) -> [TextEdit] {
        guard let root = document.outline?.root else { return [] }
        let wanted: Datum = ["VersionRequirement": .text(requirement)]
        if let others = root.member("ComponentDependencies") { return inserting(component, wanted, into: others.value) }
        guard let manifests = root.member("Manifests") else { return [] }
        // In front of the manifests, where people look for it.
        let margin = block.bytes[..<manifests.range.lowerBound].reversed().prefix { $0 != .newline }.reversed()
        let isOwnLine = margin.allSatisfy(\.isBlank)
        let gap = isOwnLine ? "\n" + String(decoding: margin, as: UTF8.self) : " "
        let text = "\"ComponentDependencies\": {\"\(component)\": {\"VersionRequirement\": \"\(requirement)\"}},\(gap)"
        let at = manifests.range.lowerBound
        return [block.edit(at..<at, text)]
    }

    private func configuring(_ key: String, _ value: String) -> [TextEdit] {
        guard let defaults = document.outline?.node("ComponentConfiguration.DefaultConfiguration"),
            let member = defaults.member(key), case .text = member.value.content
        else { return [] }
        return [block.edit(member.value.range, quoted("\"\(value)\""))]
    }

    private func inserting(_ key: String, _ value: Datum, into node: JSONOutline.Node) -> [TextEdit] {
        guard let edit = JSONInsertion(bytes: block.bytes).edit(key, value, into: node) else { return [] }
        return [block.edit(edit.range, quoted(edit.text))]
    }

    /// What a shell must not take for its own.
    private func quoted(_ text: String) -> String {
        guard document.isFilled else { return text }
        return text.map { $0 == "$" || $0 == "`" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
    }
}
