/// Values of `os` and `architecture` that no machine has: a manifest that never fits.
enum PlatformRule {
    private static let known: [String: [String]] = [
        "os": ["linux", "windows", "darwin", "all", "any", "*"],
        "architecture": ["amd64", "x86", "arm", "aarch64", "all", "any", "*"],
    ]

    /// What others call the same.
    private static let meant = [
        "x86_64": "amd64", "x64": "amd64", "i386": "x86", "arm64": "aarch64", "armv7l": "arm", "macos": "darwin",
    ]

    static func findings(_ recipe: Recipe) -> [RecipeFinding] {
        recipe.manifests.enumerated().flatMap { index, manifest in
            known.sorted { $0.key < $1.key }.compactMap { name, values -> RecipeFinding? in
                guard let wanted = manifest.platform.attributes[name], !values.contains(wanted),
                    PlatformRequirement.pattern(wanted) == nil
                else { return nil }
                let advice = meant[wanted.lowercased()] ?? values.first { $0 == wanted.lowercased() }
                return RecipeFinding(
                    level: .warning, rule: "platform-word", component: recipe.name,
                    path: "Manifests[\(index)].Platform.\(name)", message: "no machine says \(name) is \(wanted)",
                    advice: advice.map { "write \($0)" } ?? "there are \(values.joined(separator: ", "))")
            }
        }
    }
}
