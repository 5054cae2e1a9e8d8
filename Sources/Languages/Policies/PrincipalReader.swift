internal import Core

/// Reads whom a policy names.
enum PrincipalReader {
    static func principals(_ place: PolicyPlace) throws(PolicyRefusal) -> [PolicyPrincipal] {
        if let text = place.value.text {
            guard text == "*" else { throw place.refusal(PolicyRefusal.principal) }
            return [.everyone]
        }
        var principals: [PolicyPrincipal] = []
        for (kind, list) in try place.members() {
            for element in list.elements {
                guard let principal = principal(kind, try element.text()) else {
                    throw element.refusal(PolicyRefusal.principal)
                }
                principals.append(principal)
            }
        }
        guard !principals.isEmpty else { throw place.refusal(PolicyRefusal.principal) }
        return principals
    }

    private static func principal(_ kind: String, _ name: String) -> PolicyPrincipal? {
        switch kind {
        case "AWS": aws(name)
        case "Service": isServiceName(name) ? .service(name) : nil
        case "Federated": !name.isEmpty && !name.contains("*") ? .federated(name) : nil
        case "CanonicalUser": isCanonical(name) ? .canonicalUser(name) : nil
        default: nil
        }
    }

    /// AWS takes no wildcards within a name: `*` means everyone, and nothing else does.
    private static func aws(_ name: String) -> PolicyPrincipal? {
        if name == "*" { return .everyone }
        if isAccount(name) { return .account(name) }
        let parts = name.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[3].isEmpty, isAccount(parts[4]),
            !name.contains(where: { "*?".contains($0) })
        else { return nil }
        switch parts[2] {
        case "iam" where parts[5] == "root": return .account(parts[4])
        case "iam" where isNamed(parts[5], "user", "role"): return .arn(name)
        case "sts" where isNamed(parts[5], "assumed-role", "federated-user"): return .arn(name)
        default: return nil
        }
    }

    private static func isAccount(_ text: String) -> Bool {
        text.utf8.count == 12 && text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
    }

    private static func isNamed(_ text: String, _ kinds: String...) -> Bool {
        kinds.contains { text.hasPrefix($0 + "/") && text.utf8.count > $0.utf8.count + 1 }
    }

    private static func isServiceName(_ text: String) -> Bool {
        text.contains(".") && text.utf8.allSatisfy { PolicyLetters.isWord($0) || $0 == UInt8(ascii: ".") }
    }

    private static func isCanonical(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(PolicyLetters.isAlphanumeric)
    }
}
