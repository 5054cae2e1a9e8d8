internal import AWSProtocol
internal import Core

/// A password that nobody chose. Pure but for the dice.
struct RandomPassword {
    private static let capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    private static let letters = "abcdefghijklmnopqrstuvwxyz"
    private static let digits = "0123456789"
    private static let marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

    private let kinds: [[Character]]
    private let length: Int
    private let needsEachKind: Bool

    init(_ call: Call) throws(ServiceProblem) {
        length = call.whole("PasswordLength") ?? 32
        needsEachKind = call.input["RequireEachIncludedType"]?.bool ?? true
        let left = Set(call.text("ExcludeCharacters") ?? "")
        let sets = [
            (Self.capitals, "ExcludeUppercase"), (Self.letters, "ExcludeLowercase"), (Self.digits, "ExcludeNumbers"),
            (Self.marks, "ExcludePunctuation"),
        ]
        var kinds = sets.filter { !call.flag($0.1) }.map { set in set.0.filter { !left.contains($0) }.map(\.self) }
        if call.flag("IncludeSpace"), !left.contains(" ") { kinds.append([" "]) }
        self.kinds = kinds.filter { !$0.isEmpty }
        guard !self.kinds.isEmpty, !needsEachKind || self.kinds.count == kinds.count else {
            throw ServiceProblem(
                "InvalidParameterException",
                "You've excluded all the characters of a type that is to be in the password.")
        }
        guard !needsEachKind || length >= self.kinds.count else {
            throw ServiceProblem(
                "InvalidParameterException",
                "PasswordLength is too short to hold one of each of the \(self.kinds.count) types.")
        }
    }

    func roll(_ random: inout some RandomNumberGenerator) -> String {
        let all = kinds.flatMap(\.self)
        var password = needsEachKind ? kinds.compactMap { $0.randomElement(using: &random) } : []
        while password.count < length, let next = all.randomElement(using: &random) { password.append(next) }
        return String(password.shuffled(using: &random))
    }
}
