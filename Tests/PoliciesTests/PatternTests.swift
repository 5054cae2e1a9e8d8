import Core
import Policies
import Testing

/// Wildcards and variables.
@Suite struct PatternTests {
    static let actions: [(String, String, Bool)] = [
        ("*", "s3:GetObject", true), ("*:*", "s3:GetObject", true), ("s3:*", "s3:GetObject", true),
        ("S3:getobject", "s3:GetObject", true), ("s3:GetObject", "S3:GETOBJECT", true),
        ("s3:Get*", "s3:GetObject", true),
        ("s3:*Object", "s3:GetObject", true), ("s3:?etObject", "s3:GetObject", true), ("s3:Get", "s3:GetObject", false),
        ("s3:Get?", "s3:Get", false), ("sqs:*", "s3:GetObject", false), ("s3:*Objects", "s3:GetObject", false),
        ("s3:G*t*b*t", "s3:GetObject", true), ("s3:**", "s3:x", true),
    ]

    @Test(arguments: actions)
    func actionsMatch(pattern: String, action: String, isMatch: Bool) throws {
        let decision = try decide(statement(["Action": .text(pattern)]), action: action)
        #expect(decision == (isMatch ? .allowed : .notAllowed))
        let all = try decide(statement(["Action": nil, "NotAction": .text(pattern)]), action: action)
        #expect(all == (isMatch ? .notAllowed : .allowed))
    }

    static let resources: [(String, String, Bool)] = [
        ("*", "*", true), ("*", object, true), ("arn:aws:s3:::line/*", object, true),
        ("arn:aws:s3:::line/*", "*", false),
        ("arn:aws:s3:::Line/*", object, false), ("arn:aws:s3:::line", object, false),
        ("arn:aws:s3:::l?ne/a.onnx", object, true), ("arn:aws:s3:::line/?", object, false), ("arn:aws:*", object, true),
        ("arn:aws:logs:*:g", "arn:aws:logs:eu:1:g", true), ("arn:aws:s3:::line/a.onnx*", object, true),
        ("arn:aws:s3:::line/é?", "arn:aws:s3:::line/éx", true), ("arn:aws:s3:::a*b*c", "arn:aws:s3:::abcbc", true),
        ("arn:aws:s3:::a*b*c", "arn:aws:s3:::acb", false),
    ]

    @Test(arguments: resources)
    func resourcesMatch(pattern: String, resource: String, isMatch: Bool) throws {
        let decision = try decide(statement(["Resource": .text(pattern)]), resource: resource)
        #expect(decision == (isMatch ? .allowed : .notAllowed))
        let all = try decide(statement(["Resource": nil, "NotResource": .text(pattern)]), resource: resource)
        #expect(all == (isMatch ? .notAllowed : .allowed))
    }

    static let lists: [(String, Datum)] = [
        ("Action", ["s3:PutObject", "s3:GetObject"]), ("Resource", ["arn:aws:s3:::line", .text(object)]),
    ]

    @Test(arguments: lists)
    func anyOfAListMatches(field: String, list: Datum) throws {
        #expect(try decide(statement([field: list])) == .allowed)
        #expect(try decide(statement([field: list]), action: "s3:x", resource: "arn:aws:s3:::x") == .notAllowed)
    }

    /// A pattern that backtracking would work on until the sun goes out.
    @Test func matchingStaysQuick() throws {
        let pattern = "arn:aws:s3:::" + String(repeating: "a*", count: 2_000) + "b"
        let resource = "arn:aws:s3:::" + String(repeating: "a", count: 4_000)
        let start = ContinuousClock.now
        #expect(try decide(statement(["Resource": .text(pattern)]), resource: resource) == .notAllowed)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    struct Variable: Sendable, CustomTestStringConvertible {
        let text: String
        let resource: String
        var context: [String: [String]] = [:]
        var caller = ann
        let isAllowed: Bool
        var testDescription: String { "\(text) \(resource) \(isAllowed)" }
    }

    static let variables: [Variable] = [
        Variable(text: "${aws:username}", resource: "ann", isAllowed: true),
        Variable(text: "${AWS:UserName}", resource: "ann", isAllowed: true),
        Variable(text: "${aws:username}", resource: "bob", isAllowed: false),
        Variable(text: "${aws:username}", resource: "bob", context: ["aws:username": ["bob"]], isAllowed: false),
        Variable(text: "${aws:username}", resource: "ann", caller: session, isAllowed: false),
        Variable(text: "${aws:username, 'anonymous'}", resource: "anonymous", caller: session, isAllowed: true),
        Variable(text: "${aws:username,'anonymous'}", resource: "ann", isAllowed: true),
        Variable(text: "${aws:username, 'anonymous'}", resource: "anonymous", isAllowed: false),
        Variable(
            text: "${aws:PrincipalTag/team}/*", resource: "red/x", context: ["aws:PrincipalTag/Team": ["red"]],
            isAllowed: true),
        Variable(
            text: "${aws:SourceIp}-${x:b}", resource: "10.0.0.1-b",
            context: ["aws:SourceIp": ["10.0.0.1"], "x:b": ["b"]], isAllowed: true),
        Variable(
            text: "${iot:Connection.Thing.ThingName}", resource: "cam-7",
            context: ["iot:Connection.Thing.ThingName": ["cam-7"]], isAllowed: true),
        // What a request brings is no wildcard, and neither several values nor an empty one make a name.
        Variable(text: "${x:k}", resource: "everything", context: ["x:k": ["*"]], isAllowed: false),
        Variable(text: "${x:k}", resource: "*", context: ["x:k": ["*"]], isAllowed: true),
        Variable(text: "${x:k}", resource: "a", context: ["x:k": ["a", "b"]], isAllowed: false),
        Variable(text: "${x:k, 'a'}", resource: "a", context: ["x:k": ["a", "b"]], isAllowed: false),
        Variable(text: "${x:k}*", resource: "anything", context: ["x:k": [""]], isAllowed: false),
        Variable(text: "${x:k, ''}/a", resource: "/a", isAllowed: true),
        Variable(text: "${*}", resource: "*", isAllowed: true), Variable(text: "${*}", resource: "a", isAllowed: false),
        Variable(text: "${?}", resource: "?", isAllowed: true), Variable(text: "${?}", resource: "a", isAllowed: false),
        Variable(text: "${$}{aws:username}", resource: "${aws:username}", isAllowed: true),
        Variable(text: "a$b}", resource: "a$b}", isAllowed: true),
    ]

    @Test(arguments: variables)
    func variablesAreFilled(_ row: Variable) throws {
        let decision = try decide(
            statement(["Resource": .text("arn:aws:s3:::line/" + row.text)]),
            resource: "arn:aws:s3:::line/" + row.resource,
            context: row.context, caller: row.caller)
        #expect(decision == (row.isAllowed ? .allowed : .notAllowed))
    }

    @Test(arguments: [Datum.text("2008-10-17"), nil])
    func onlyTheNewLanguageHasVariables(_ version: Datum?) throws {
        var document: DatumMap = ["Statement": statement(["Resource": "arn:aws:s3:::${aws:username}"])]
        document["Version"] = version
        let policy = AttachedPolicy(name: "P", document: try read(.map(document)))
        let rules = AccessRules(identity: [policy], owner: account)
        for (name, decision) in [("ann", AccessDecision.notAllowed), ("${aws:username}", .allowed)] {
            let request = AccessRequest(principal: ann, action: "s3:GetObject", resource: "arn:aws:s3:::" + name)
            #expect(rules.decide(request) == decision)
        }
    }

    static let conditions: [(String, Datum, String, Bool)] = [
        ("StringEquals", "${aws:username}", "ann", true), ("StringEquals", "${aws:username}", "Ann", false),
        ("StringEqualsIgnoreCase", "${aws:username}", "ANN", true), ("StringLike", "${aws:username}/*", "ann/x", true),
        ("StringLike", "${*}", "x", false), ("StringEquals", "${*}", "*", true),
        ("StringEquals", "${x:none}", "", false),
        ("StringNotEquals", "${x:none}", "ann", false), ("StringNotEquals", ["ann", "${x:none}"], "ann", false),
        ("ArnLike", "arn:aws:iam::*:user/staff/${aws:username}", "arn:aws:iam::\(account):user/staff/ann", true),
        ("ArnEquals", "${aws:PrincipalArn}", "arn:aws:iam::\(account):user/staff/ann", true),
        ("ArnEquals", "${aws:PrincipalArn}", "arn:aws:iam::\(account):user/staff/bob", false),
    ]

    @Test(arguments: conditions)
    func variablesInConditions(name: String, wanted: Datum, value: String, isAllowed: Bool) throws {
        let decision = try decide(
            statement(["Condition": .map([name: ["x:k": wanted]])]), context: ["x:k": [value]])
        #expect(decision == (isAllowed ? .allowed : .notAllowed))
    }

    /// A variable without a value opens nothing, and what is denied but for its value is denied.
    static let unknown: [(String, Datum)] = [
        ("NotResource", "arn:aws:s3:::line/${x:none}"),
        ("Condition", ["StringNotEquals": ["aws:username": "${x:none}"]]),
    ]

    @Test(arguments: unknown)
    func anUnknownVariableStaysShut(field: String, value: Datum) throws {
        var changes: [String: Datum?] = [field: value]
        if field == "NotResource" { changes["Resource"] = Datum?.none }
        #expect(try decide(statement(changes)) == .notAllowed)
        changes["Effect"] = "Deny"
        #expect(try decide([statement(), statement(changes)]) == .deniedExplicitly(by: "P/2"))
    }
}
