/// Who says to have signed a request, and how: the header `Authorization`, or what stands for it in a query.
package struct AWSAuthorization: Hashable, Sendable, CustomStringConvertible {
    package let keyID: String
    package let scope: SigningScope
    /// In lower case, as they were given.
    package let signedNames: [String]
    package let signature: String

    package init(keyID: String, scope: SigningScope, signedNames: [String], signature: String) {
        self.keyID = keyID
        self.scope = scope
        self.signedNames = signedNames
        self.signature = signature
    }

    package var description: String {
        "\(AWSSigner.algorithm) Credential=\(keyID)/\(scope), SignedHeaders=\(signedNames.joined(separator: ";")), "
            + "Signature=\(signature)"
    }

    private static let names: Set<String> = ["Credential", "SignedHeaders", "Signature"]

    /// Reads the header; nil for one that is not written so, or that has a part twice or one of another name.
    package init?(parsing text: String) {
        guard text.hasPrefix(AWSSigner.algorithm + " ") else { return nil }
        var parts: [String: String] = [:]
        for part in text.dropFirst(AWSSigner.algorithm.count + 1).split(separator: ",") {
            let trimmed = part.drop { $0 == " " }
            guard let mark = trimmed.firstIndex(of: "=") else { return nil }
            let value = trimmed[trimmed.index(after: mark)...].filter { $0 != " " }
            let name = String(trimmed[..<mark])
            guard Self.names.contains(name), parts.updateValue(value, forKey: name) == nil else { return nil }
        }
        self.init(
            credential: parts["Credential"], signedHeaders: parts["SignedHeaders"], signature: parts["Signature"])
    }

    /// Reads what stands for the header in a query, decoded.
    package init?(query: [(name: String, value: String)]) {
        func value(_ name: String) -> String? { query.first { $0.name == name }?.value }
        self.init(
            credential: value("X-Amz-Credential"), signedHeaders: value("X-Amz-SignedHeaders"),
            signature: value("X-Amz-Signature"))
    }

    init?(credential: String?, signedHeaders: String?, signature: String?) {
        guard let credential, let (keyID, scope) = SigningScope.credential(parsing: credential), let signature,
            signature.utf8.count == 64, let names = signedHeaders?.split(separator: ";").map(String.init),
            !names.isEmpty, names.allSatisfy({ $0 == $0.lowercased() })
        else { return nil }
        self.init(keyID: keyID, scope: scope, signedNames: names, signature: signature)
    }
}
