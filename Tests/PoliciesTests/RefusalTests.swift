import Core
import JSON
import Policies
import Testing

/// What AWS would not take, and how it says so.
@Suite struct RefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var kind = PolicyDocument.Kind.identity
        let document: Datum
        let reason: String
        let place: String
        var testDescription: String { "\(kind) \(reason) \(place)" }

        /// A document of one statement.
        static func one(
            _ changes: [String: Datum?], _ reason: String = RefusalTests.syntax, _ place: String = "Statement",
            _ kind: PolicyDocument.Kind = .identity
        ) -> Row {
            let statement = statement(changes, isResources: kind == .resource)
            return Row(kind: kind, document: ["Statement": statement], reason: reason, place: place)
        }

        /// A trust policy with this principal.
        static func trust(_ principal: Datum?, _ changes: [String: Datum?], _ reason: String, _ place: String) -> Row {
            var all: [String: Datum?] = ["Resource": Datum?.none, "Action": "sts:AssumeRole", "Principal": principal]
            all.merge(changes) { $1 }
            return one(all, reason, place, .trust)
        }
    }

    static let syntax = "Syntax errors in policy."
    static let vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    static let principal = "Invalid principal in policy"
    static let sidLetters =
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"

    static let documents: [Row] = [
        Row(document: [1], reason: syntax, place: ""),
        Row(document: "x", reason: syntax, place: ""),
        Row(document: [:], reason: "Missing required field Statement", place: ""),
        Row(document: ["Version": "2012-10-17"], reason: "Missing required field Statement", place: ""),
        Row(document: ["Statement": []], reason: syntax, place: "Statement"),
        Row(document: ["Statement": [nil]], reason: syntax, place: "Statement[0]"),
        Row(document: ["Statement": "x"], reason: syntax, place: "Statement"),
        Row(document: ["Statement": statement(), "Notes": "x"], reason: "Unknown field Notes", place: "Notes"),
        Row(document: ["Statement": statement(), "version": "x"], reason: "Unknown field version", place: "version"),
        Row(document: ["Statement": statement(), "Id": 1], reason: syntax, place: "Id"),
        Row(
            document: ["Statement": statement(), "Version": "2012-10-18"],
            reason: "Policy document must be version 2012-10-17 or greater.", place: "Version"),
        Row(document: ["Statement": statement(), "Version": 2012], reason: syntax, place: "Version"),
        Row(
            document: ["Statement": [statement(["Sid": "A"]), statement(), statement(["Sid": "A"])]],
            reason: "Statement IDs (SID) in a single policy must be unique.", place: "Statement[2]"),
        Row(
            document: ["Statement": [statement(), statement(["Effect": nil])]],
            reason: "Missing required field Effect", place: "Statement[1]"),
    ]

    static let statements: [Row] = [
        .one(["Sid": "a b"], sidLetters, "Statement.Sid"), .one(["Sid": 1], syntax, "Statement.Sid"),
        .one(["Effect": "allow"], "Invalid effect: allow", "Statement.Effect"),
        .one(["effect": "Allow"], "Unknown field effect", "Statement.effect"),
        .one(["Action": nil], "Missing required field Action"),
        .one(["Action": []], "Policy statement must contain actions.", "Statement.Action"),
        .one(["NotAction": "s3:*"]), .one(["Action": ["s3:*", 1]], syntax, "Statement.Action[1]"),
        .one(["Action": "GetObject"], vendor, "Statement.Action"), .one(["Action": ""], vendor, "Statement.Action"),
        .one(["Action": ":x"], vendor, "Statement.Action"), .one(["Action": "s3:"], syntax, "Statement.Action"),
        .one(["Action": "s3:a:b"], "Actions/Condition can contain only one colon.", "Statement.Action"),
        .one(["Action": "s*:Get"], syntax, "Statement.Action"), .one(["Action": "s3:${x}"], syntax, "Statement.Action"),
        .one(["Action": "s3:Get Object"], syntax, "Statement.Action"),
        .one(["Resource": nil], "Missing required field Resource"),
        .one(["Resource": nil], "Missing required field Resource", "Statement", .device),
        .one(["Resource": []], "Policy statement must contain resources.", "Statement.Resource"),
        .one(["NotResource": "*"]), .one(["Resource": [["a": "b"]]], syntax, "Statement.Resource[0]"),
        .one(["Resource": "line"], "Resource line must be in ARN format or \"*\".", "Statement.Resource"),
        .one(["Resource": "arn:a:b:c:d"], "Resource arn:a:b:c:d must be in ARN format or \"*\".", "Statement.Resource"),
        .one(["Resource": "arn:aws:s3:::${aws:username"], syntax, "Statement.Resource")
            .with(version: "2012-10-17"),
        .one(["Resource": "arn:aws:s3:::${}"], syntax, "Statement.Resource").with(version: "2012-10-17"),
        .one(["Resource": "arn:aws:s3:::${a:b, c}"], syntax, "Statement.Resource").with(version: "2012-10-17"),
        .one(["Resource": "arn:aws:s3:::${a:b c}"], syntax, "Statement.Resource").with(version: "2012-10-17"),
        .one(["Resource": "arn:aws:s3:::${a:${b}}"], syntax, "Statement.Resource").with(version: "2012-10-17"),
        .one(["Principal": "*"], "Has prohibited field Principal", "Statement.Principal"),
        .one(["NotPrincipal": "*"], "Has prohibited field NotPrincipal", "Statement.NotPrincipal"),
        .one(["Principal": "*"], "Has prohibited field Principal", "Statement.Principal", .device),
    ]

    static let conditions: [Row] = [
        .one(["Condition": "x"], syntax, "Statement.Condition"),
        .one(["Condition": ["StringEquals": "x"]], syntax, "Statement.Condition.StringEquals"),
        .one(["Condition": ["StringEquals": ["x:k": []]]], syntax, "Statement.Condition.StringEquals.x:k"),
        .one(["Condition": ["StringEquals": ["x:k": nil]]], syntax, "Statement.Condition.StringEquals.x:k"),
        .one(["Condition": ["StringEquals": ["k": "v"]]], vendor, "Statement.Condition.StringEquals.k"),
        .one(["Condition": ["StringEquals": [":k": "v"]]], vendor, "Statement.Condition.StringEquals.:k"),
        .one(["Condition": ["StringEquals": ["x:": "v"]]], vendor, "Statement.Condition.StringEquals.x:"),
        .one(["Condition": ["NumericEquals": ["x:k": [1, "x"]]]], syntax, "Statement.Condition.NumericEquals.x:k[1]"),
        .one(["Condition": ["NumericEquals": ["x:k": "nan"]]], syntax, "Statement.Condition.NumericEquals.x:k"),
        .one(["Condition": ["DateEquals": ["x:k": "2026-13-01"]]], syntax, "Statement.Condition.DateEquals.x:k"),
        .one(["Condition": ["DateEquals": ["x:k": "${x:d}"]]], syntax, "Statement.Condition.DateEquals.x:k"),
        .one(["Condition": ["Bool": ["x:k": "yes"]]], syntax, "Statement.Condition.Bool.x:k"),
        .one(["Condition": ["Null": ["x:k": 1]]], syntax, "Statement.Condition.Null.x:k"),
        .one(["Condition": ["BinaryEquals": ["x:k": "a"]]], syntax, "Statement.Condition.BinaryEquals.x:k"),
        .one(["Condition": ["IpAddress": ["x:k": "10.0.0.0/33"]]], syntax, "Statement.Condition.IpAddress.x:k"),
        .one(["Condition": ["IpAddress": ["x:k": "::/129"]]], syntax, "Statement.Condition.IpAddress.x:k"),
        .one(["Condition": ["IpAddress": ["x:k": "10.0.0.0/08"]]], syntax, "Statement.Condition.IpAddress.x:k"),
    ]

    static let addresses = [
        "1.2.3.4::1", "1:2:3:4:5:6:7::8", "1:2:3:4:5:6:7:8::", "1::2::3", "12345::", "::g", "10.0.0", "10.0.0.0/",
        "::1/-1",
        "10.0.0.0/8/8", "", "/8",
    ]

    @Test(arguments: addresses)
    func refusesAddresses(_ text: String) {
        let row = Row.one(["Condition": ["IpAddress": ["x:k": .text(text)]]])
        let place = "Statement.Condition.IpAddress.x:k"
        #expect(throws: PolicyRefusal(reason: Self.syntax, place: place)) { try read(row.document) }
    }

    static let principals: [Row] = [
        .one(["Principal": nil], "Missing required field Principal", "Statement", .resource),
        .one(["NotPrincipal": "*"], syntax, "Statement", .resource),
        .one(
            ["Principal": nil, "NotPrincipal": "*"], "Allow with NotPrincipal is not allowed.",
            "Statement.NotPrincipal",
            .resource),
        .trust("*", ["Resource": "*"], "Has prohibited field Resource", "Statement.Resource"),
        .trust("*", ["NotResource": "*"], "Has prohibited field NotResource", "Statement.NotResource"),
        .trust(nil, [:], "Missing required field Principal", "Statement"),
        .trust(
            nil, ["NotPrincipal": "*", "Effect": "Deny"], "Has prohibited field NotPrincipal", "Statement.NotPrincipal"),
        .trust(
            "*", ["Action": "s3:*"], "AssumeRole policy may only specify STS AssumeRole actions.", "Statement.Action"),
        .trust("*", ["Action": "*"], "AssumeRole policy may only specify STS AssumeRole actions.", "Statement.Action"),
        .trust("ann", [:], principal, "Statement.Principal"), .trust([:], [:], principal, "Statement.Principal"),
        .trust(["*"], [:], syntax, "Statement.Principal"),
        .trust(["AWS": []], [:], principal, "Statement.Principal"),
        .trust(["AWS": 1], [:], syntax, "Statement.Principal.AWS"),
        .trust(["Robot": "x"], [:], principal, "Statement.Principal.Robot"),
        .trust(["Service": "*"], [:], principal, "Statement.Principal.Service"),
        .trust(["Service": "sagemaker"], [:], principal, "Statement.Principal.Service"),
        .trust(["Federated": "*"], [:], principal, "Statement.Principal.Federated"),
        .trust(["CanonicalUser": "a-b"], [:], principal, "Statement.Principal.CanonicalUser"),
    ]

    @Test(arguments: documents + statements + conditions + principals)
    func refuses(_ row: Row) {
        #expect(throws: PolicyRefusal(reason: row.reason, place: row.place)) { try read(row.document, row.kind) }
    }

    @Test(arguments: [
        "11112222333", "ann", "arn:aws:iam::\(account):user/*", "arn:aws:iam::\(account):role/W?",
        "arn:aws:iam::\(account):group/g", "arn:aws:iam::*:root", "arn:aws:iam::\(account):role/",
        "arn:aws:sts::\(account):role/x", "arn:aws:s3:::b", "arn:aws:iam:eu:\(account):root", "",
    ])
    func refusesPrincipals(_ name: String) {
        let row = Row.trust(["AWS": ["*", .text(name)]], [:], Self.principal, "Statement.Principal.AWS[1]")
        #expect(throws: PolicyRefusal(reason: row.reason, place: row.place)) { try read(row.document, .trust) }
    }

    @Test(arguments: [
        "StringEqual", "stringEquals", "StringEqualsifExists", "NullIfExists", "ForAnyValue:Null", "ForAllValues:Null",
        "ForSomeValues:StringEquals", "ForAnyValue:ForAllValues:StringEquals", "IfExists", "", "NotBool", "NumericLike",
        "StringEqualsIfExistsIfExists",
    ])
    func refusesOtherOperators(_ name: String) {
        let row = Row.one(["Condition": .map([name: ["x:k": true]])])
        #expect(throws: PolicyRefusal(reason: "Invalid Condition type : \(name)", place: "Statement.Condition.\(name)"))
        {
            try read(row.document)
        }
    }

    @Test(arguments: [
        ("{", "byte "), ("", "byte 0: "), ("{} {}", "byte "),
        (#"{"Version":"2012-10-17","Version":"2012-10-17"}"#, "Version"),
        (#"{"Statement":[{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}]}"#, "Statement[0].Effect"),
    ])
    func refusesOtherTexts(text: String, place: String) throws {
        let refusal = try #require(throws: PolicyRefusal.self) {
            try PolicyDocument(parsing: Array(text.utf8), as: .identity)
        }
        #expect(refusal.reason == Self.syntax && refusal.place.hasPrefix(place))
    }

    @Test func refusesWhatIsTooLong() throws {
        let document: Datum = ["Statement": statement()]
        let padding = PolicyDocument.bytesMax - document.json.count
        let fitting = document.json + Array(repeating: UInt8(ascii: " "), count: padding)
        #expect(try PolicyDocument(parsing: fitting, as: .identity).statements.count == 1)
        #expect(throws: PolicyRefusal(reason: "Cannot exceed quota for PolicySize: 20480", place: "")) {
            try PolicyDocument(parsing: fitting + [UInt8(ascii: " ")], as: .identity)
        }
    }

    @Test func saysWhatAndWhere() {
        #expect(PolicyRefusal(reason: "Why", place: "Here").description == "Why (Here)")
        #expect(PolicyRefusal(reason: "Why", place: "").description == "Why")
    }

    @Test func keepsWhatItReads() throws {
        let document = try read([
            "Version": "2008-10-17", "Id": "Mine", "Statement": [statement(["Sid": "One"]), statement(["Sid": ""])],
        ])
        #expect(document.id == "Mine" && document.version == .of2008 && document.kind == .identity)
        #expect(document.statements.map(\.sid) == ["One", nil] && document.statements.map(\.label) == ["One", "2"])
        #expect(try read(["Statement": statement()]).version == .of2008)
    }

    /// A bucket's policy without a Resource means the bucket.
    @Test func aResourcesPolicyNeedsNoResource() throws {
        let policy = try policy(.resource, statement(["Resource": nil], isResources: true))
        let request = AccessRequest(principal: .anonymous, action: "s3:GetObject", resource: object)
        #expect(AccessRules(resource: [policy], owner: account).decide(request) == .allowed)
    }
}

extension RefusalTests.Row {
    func with(version: Datum) -> Self {
        var map = document.map ?? [:]
        map["Version"] = version
        return Self(kind: kind, document: .map(map), reason: reason, place: place)
    }
}
