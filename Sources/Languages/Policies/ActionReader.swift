/// Reads the names of actions: `s3:GetObject`, `s3:Get*`, `*`.
enum ActionReader {
    static func pattern(_ place: PolicyPlace, _ kind: PolicyDocument.Kind) throws(PolicyRefusal) -> WildcardPattern {
        // Actions are the same whatever their case.
        let text = try place.text().lowercased()
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard text == "*" || parts.count > 1 && !parts[0].isEmpty else { throw place.refusal(PolicyRefusal.vendor) }
        guard parts.count <= 2 else { throw place.refusal(PolicyRefusal.colons) }
        guard text == "*" || isVendor(parts[0]) && isName(parts[1]) else { throw place.refusal() }
        guard kind != .trust || parts[0] == "sts" else { throw place.refusal(PolicyRefusal.trustAction) }
        return WildcardPattern(text)
    }

    /// `*:*` is the only wildcard that AWS takes here.
    private static func isVendor(_ text: Substring) -> Bool {
        text == "*" || text.utf8.allSatisfy(PolicyLetters.isWord)
    }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                PolicyLetters.isWord($0) || $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?")
            }
    }
}
