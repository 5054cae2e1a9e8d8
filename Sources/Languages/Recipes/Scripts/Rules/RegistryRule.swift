/// H4: the registry of images is another name on another port than the API.
enum RegistryRule {
    private static let words: Set<String> = ["login", "push", "pull"]

    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        let addresses = Set(
            walk.steps.flatMap(\.command.assignments).filter { isRegistry($0.value) }.map(\.name))
        return walk.steps.compactMap { step in
            guard ["docker", "podman"].contains(step.command.program), let word = step.command.words.dropFirst().first,
                words.contains(word.text),
                let address = step.command.words.dropFirst(2).first(where: { isOne($0.text, addresses) })
            else { return nil }
            return walk.finding(
                .note, "registry", ["H4", "T10"], at: step.command.range.lowerBound, of: step.passage,
                "docker \(word.text) goes to \(address.text), whatever AWS_ENDPOINT_URL says",
                "it needs that name to resolve, TLS on port 443 that docker trusts, and Docker Hub for the base image",
                advice: "let the name resolve to the machine you mean and give docker its CA (/etc/docker/certs.d)")
        }
    }

    private static func isRegistry(_ text: String) -> Bool { text.contains(".dkr.ecr.") }

    private static func isOne(_ text: String, _ addresses: Set<String>) -> Bool {
        isRegistry(text)
            || text.hasPrefix("$")
                && addresses.contains(
                    String(text.dropFirst().drop { $0 == "{" }.prefix { $0.isLetter || $0.isNumber || $0 == "_" }))
    }
}
