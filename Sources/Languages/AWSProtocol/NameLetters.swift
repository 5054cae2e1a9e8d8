extension StringProtocol {
    /// Whether nothing but letters and digits of ASCII and these marks is in it, as AWS's names are made.
    package func isMadeOfLetters(and marks: String) -> Bool {
        utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || marks.utf8.contains(byte)
        }
    }
}
