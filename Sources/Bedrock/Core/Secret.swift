/// Words that open doors: made so that nobody guesses them, and compared so that nobody learns how near a guess was.
package enum Secret {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    private static let capitals = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

    /// New, from the kernel's random numbers.
    package static func minted(letters count: Int, capitalsOnly: Bool = false) -> String {
        var random = SystemRandomNumberGenerator()
        let letters = capitalsOnly ? capitals : alphabet
        return String((0..<count).compactMap { _ in letters.randomElement(using: &random) })
    }

    /// Takes as long for a wrong first byte as for a wrong last one.
    package static func matches(_ given: some Collection<UInt8>, _ expected: [UInt8]) -> Bool {
        var difference: UInt8 = given.count == expected.count ? 0 : 1
        for (left, right) in zip(given, expected) { difference |= left ^ right }
        return difference == 0
    }
}
