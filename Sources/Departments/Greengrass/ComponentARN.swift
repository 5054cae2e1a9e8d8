internal import Core
internal import Recipes

/// `arn:aws:greengrass:REGION:ACCOUNT:components:NAME:versions:VERSION`, with or without its end. What the house ships belongs
/// to the account `aws`.
struct ComponentARN: Hashable, Sendable {
    let name: ComponentName
    let version: ComponentVersion?
    let isPublic: Bool

    /// Refuses what is no component's, or another account's.
    init(_ text: String, _ desk: GreengrassDesk, needsVersion: Bool = true) throws(ServiceProblem) {
        let words = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 7 || words.count == 9, words[0] == "arn", words[1] == "aws", words[2] == "greengrass",
            words[3] == desk.region, [desk.account, "aws"].contains(words[4]), words[5] == "components",
            words.count == 7 || words[7] == "versions"
        else {
            throw GreengrassProblem.invalid(
                "\(text.prefix(300)) is not the ARN of a component here: arn:aws:greengrass:\(desk.region):\(desk.account):components:NAME:versions:VERSION"
            )
        }
        isPublic = words[4] == "aws"
        do throws(Fault) {
            name = try ComponentName(parsing: words[6])
            version = words.count == 9 ? try ComponentVersion(parsing: words[8]) : nil
        } catch { throw GreengrassProblem.invalid(error, at: "arn") }
        guard version != nil || !needsVersion else {
            throw GreengrassProblem.invalid("\(text.prefix(300)) names no version of the component")
        }
    }

    init(_ name: ComponentName, _ version: ComponentVersion?) {
        self.name = name
        self.version = version
        isPublic = BuiltInComponents.has(name)
    }

    func text(_ desk: GreengrassDesk) -> String {
        let end = version.map { ":versions:\($0)" } ?? ""
        return "arn:aws:greengrass:\(desk.region):\(isPublic ? "aws" : desk.account):components:\(name)\(end)"
    }
}
