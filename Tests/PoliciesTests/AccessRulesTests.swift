import Core
import Policies
import Testing

/// What several policies say together.
@Suite struct AccessRulesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var caller = ann
        var identity: [Datum] = []
        var resource: [Datum] = []
        var boundary: Datum?
        var session: [Datum] = []
        let decision: AccessDecision
    }

    static let yes = statement()
    static let no = statement(["Effect": "Deny", "Sid": "No"])
    static let other = statement(["Action": "sqs:*"])
    static func to(_ principal: Datum, _ effect: Datum = "Allow") -> Datum {
        statement(["Principal": principal, "Effect": effect, "Sid": "Door"])
    }
    static func except(_ names: String...) -> Datum {
        statement(["Effect": "Deny", "NotPrincipal": ["AWS": .list(names.map(Datum.text))]])
    }
    static func arn(_ arn: String) -> Datum { ["AWS": .text(arn)] }
    static let accountRoot = "arn:aws:iam::\(account):root"

    static let own: [Row] = [
        Row(testDescription: "nothing is attached", decision: .notAllowed),
        Row(testDescription: "something else is allowed", identity: [other], decision: .notAllowed),
        Row(testDescription: "one of two allows", identity: [other, yes], decision: .allowed),
        Row(testDescription: "a deny wins", identity: [yes, no], decision: .deniedExplicitly(by: "identity1/No")),
        Row(
            testDescription: "a deny wins first", identity: [no, yes], decision: .deniedExplicitly(by: "identity0/No")),
        Row(testDescription: "the root needs nothing", caller: root, decision: .allowed),
        Row(
            testDescription: "the root is denied by a resource", caller: root, resource: [to("*", "Deny")],
            decision: .deniedExplicitly(by: "resource0/Door")),
        Row(testDescription: "a device has policies", caller: device, identity: [yes], decision: .allowed),
        Row(testDescription: "a device has none", caller: device, identity: [], decision: .notAllowed),
        Row(
            testDescription: "a service has none of its own", caller: sagemaker, identity: [yes], decision: .notAllowed),
        Row(testDescription: "nobody has none", caller: .anonymous, identity: [yes], decision: .notAllowed),
    ]

    static let limits: [Row] = [
        Row(testDescription: "the boundary allows", identity: [yes], boundary: yes, decision: .allowed),
        Row(testDescription: "the boundary does not", identity: [yes], boundary: other, decision: .notAllowed),
        Row(testDescription: "a boundary grants nothing", boundary: yes, decision: .notAllowed),
        Row(
            testDescription: "the boundary denies", identity: [yes], boundary: no,
            decision: .deniedExplicitly(by: "boundary/No")),
        Row(
            testDescription: "the session allows", caller: session, identity: [yes], session: [yes], decision: .allowed),
        Row(testDescription: "it does not", caller: session, identity: [yes], session: [other], decision: .notAllowed),
        Row(
            testDescription: "one of two", caller: session, identity: [yes], session: [other, yes], decision: .allowed),
        Row(testDescription: "a session grants nothing", caller: session, session: [yes], decision: .notAllowed),
        Row(
            testDescription: "the session denies", caller: session, identity: [yes], session: [no],
            decision: .deniedExplicitly(by: "session0/No")),
        Row(
            testDescription: "all three", caller: session, identity: [yes], boundary: yes, session: [yes],
            decision: .allowed),
        Row(
            testDescription: "two of three", caller: session, identity: [yes], boundary: other, session: [yes],
            decision: .notAllowed),
    ]

    static let sameAccount: [Row] = [
        Row(testDescription: "the resource names the user", resource: [to(arn(ann.arn))], decision: .allowed),
        Row(testDescription: "another user", resource: [to(arn(bob.arn))], decision: .notAllowed),
        Row(testDescription: "the account alone", resource: [to(arn(account))], decision: .notAllowed),
        Row(testDescription: "the account and", identity: [yes], resource: [to(arn(account))], decision: .allowed),
        Row(testDescription: "only the own", identity: [yes], resource: [to(arn(bob.arn))], decision: .allowed),
        Row(
            testDescription: "the user past its boundary", resource: [to(arn(ann.arn))], boundary: other,
            decision: .allowed),
        Row(
            testDescription: "the user not past a boundary's deny", resource: [to(arn(ann.arn))], boundary: no,
            decision: .deniedExplicitly(by: "boundary/No")),
        Row(testDescription: "the role", caller: session, resource: [to(arn(roleArn))], decision: .allowed),
        Row(
            testDescription: "the role not past its boundary", caller: session, resource: [to(arn(roleArn))],
            boundary: other, decision: .notAllowed),
        Row(
            testDescription: "the role not past its session", caller: session, resource: [to(arn(roleArn))],
            session: [other], decision: .notAllowed),
        Row(
            testDescription: "the session past both", caller: session, resource: [to(arn(session.arn))],
            boundary: other,
            session: [other], decision: .allowed),
        Row(testDescription: "everyone", resource: [to("*")], decision: .allowed),
        Row(
            testDescription: "everyone, within the boundary", caller: session, resource: [to("*")], boundary: other,
            decision: .notAllowed),
        Row(
            testDescription: "a deny by the resource", identity: [yes], resource: [to(arn(account), "Deny")],
            decision: .deniedExplicitly(by: "resource0/Door")),
        Row(
            testDescription: "a deny to the role", caller: session, identity: [yes],
            resource: [to(arn(roleArn), "Deny")],
            decision: .deniedExplicitly(by: "resource0/Door")),
        Row(
            testDescription: "a deny to another", identity: [yes], resource: [to(arn(bob.arn), "Deny")],
            decision: .allowed),
    ]

    static let outside: [Row] = [
        Row(testDescription: "a stranger's own", caller: stranger, identity: [yes], decision: .notAllowed),
        Row(
            testDescription: "the resource's", caller: stranger, resource: [to(arn(stranger.arn))],
            decision: .notAllowed),
        Row(testDescription: "everyone's", caller: stranger, resource: [to("*")], decision: .notAllowed),
        Row(
            testDescription: "both", caller: stranger, identity: [yes], resource: [to(arn(stranger.arn))],
            decision: .allowed),
        Row(
            testDescription: "both, by account", caller: stranger, identity: [yes], resource: [to(arn(otherAccount))],
            decision: .allowed),
        Row(
            testDescription: "both, past the boundary", caller: stranger, identity: [yes],
            resource: [to(arn(otherAccount))], boundary: other, decision: .notAllowed),
        Row(testDescription: "a strange root's own", caller: strangeRoot, decision: .notAllowed),
        Row(
            testDescription: "a strange root", caller: strangeRoot, resource: [to(arn(otherAccount))],
            decision: .allowed),
        Row(
            testDescription: "a service", caller: sagemaker, resource: [to(["Service": "sagemaker.amazonaws.com"])],
            decision: .allowed),
        Row(
            testDescription: "another service", caller: iot, resource: [to(["Service": "sagemaker.amazonaws.com"])],
            decision: .notAllowed),
        Row(testDescription: "nobody", caller: .anonymous, resource: [to("*")], decision: .allowed),
        Row(testDescription: "not nobody", caller: .anonymous, resource: [to(arn(account))], decision: .notAllowed),
    ]

    static let exempt: [Row] = [
        Row(
            testDescription: "exempt", identity: [yes], resource: [except(ann.arn, accountRoot)], decision: .allowed),
        Row(
            testDescription: "not exempt", caller: bob, identity: [yes], resource: [except(ann.arn, accountRoot)],
            decision: .deniedExplicitly(by: "resource0/1")),
        Row(
            testDescription: "exempt without its account", identity: [yes], resource: [except(ann.arn)],
            decision: .deniedExplicitly(by: "resource0/1")),
        Row(
            testDescription: "the account alone", identity: [yes], resource: [except(account)],
            decision: .deniedExplicitly(by: "resource0/1")),
        Row(testDescription: "the root", caller: root, resource: [except(account)], decision: .allowed),
        Row(
            testDescription: "a role with its account", caller: session, identity: [yes],
            resource: [except(roleArn, account)], decision: .allowed),
        Row(
            testDescription: "a boundary undoes it", identity: [yes], resource: [except(ann.arn, accountRoot)],
            boundary: yes, decision: .deniedExplicitly(by: "resource0/1")),
        Row(testDescription: "everyone is exempt", identity: [yes], resource: [except("*")], decision: .allowed),
        Row(
            testDescription: "a service has no account", caller: iot,
            resource: [
                to("*"),
                statement(["Effect": "Deny", "NotPrincipal": ["Service": "credentials.iot.amazonaws.com"]]),
            ], decision: .allowed),
        Row(
            testDescription: "nobody is not exempt", caller: .anonymous, resource: [to("*"), except(ann.arn, account)],
            decision: .deniedExplicitly(by: "resource1/1")),
    ]

    static func name(_ kind: PolicyDocument.Kind, _ name: String, _ statements: [Datum]) throws -> [AttachedPolicy] {
        try statements.enumerated().map { try policy(kind, $0.element, name: "\(name)\($0.offset)") }
    }

    @Test(arguments: own + limits + sameAccount + outside + exempt)
    func decides(_ row: Row) throws {
        let rules = AccessRules(
            identity: try Self.name(row.caller == device ? .device : .identity, "identity", row.identity),
            resource: try Self.name(.resource, "resource", row.resource),
            boundary: try row.boundary.map { try policy(.identity, $0, name: "boundary") },
            session: try Self.name(.identity, "session", row.session), owner: account)
        let request = AccessRequest(principal: row.caller, action: "s3:GetObject", resource: object)
        #expect(rules.decide(request) == row.decision)
    }

    /// A policy in the wrong place grants nothing and still denies.
    @Test func aPolicyInTheWrongPlaceOpensNothing() throws {
        let request = AccessRequest(principal: ann, action: "s3:GetObject", resource: object)
        let open = try policy(.resource, Self.to("*"))
        let mine = try policy(.identity, Self.yes)
        #expect(AccessRules(identity: [open], owner: account).decide(request) == .notAllowed)
        #expect(AccessRules(resource: [mine], owner: account).decide(request) == .notAllowed)
        let denial = try policy(.identity, Self.no)
        let rules = AccessRules(identity: [mine], resource: [denial], owner: account)
        #expect(rules.decide(request) == .deniedExplicitly(by: "P/No"))
    }

    /// What follows from the caller, whatever the request says.
    @Test(arguments: [
        ("aws:PrincipalArn", ann, ann.arn), ("aws:PrincipalArn", session, roleArn),
        ("aws:PrincipalArn", root, root.arn),
        ("aws:PrincipalAccount", session, account), ("aws:PrincipalType", ann, "User"),
        ("aws:PrincipalType", session, "AssumedRole"), ("aws:PrincipalType", root, "Account"),
        ("aws:PrincipalType", .anonymous, "Anonymous"), ("aws:PrincipalIsAWSService", iot, "true"),
        ("aws:PrincipalIsAWSService", ann, "false"), ("aws:username", ann, "ann"),
        ("aws:PrincipalServiceName", iot, "credentials.iot.amazonaws.com"),
    ])
    func theCallerIsKnown(key: String, caller: Principal, value: String) throws {
        func decide(_ wanted: String) throws -> AccessDecision {
            let changes: [String: Datum?] = [
                "Condition": ["StringEquals": .map([key: .text(wanted)])], "Effect": "Deny",
            ]
            let rules = AccessRules(resource: [try policy(.resource, statement(changes, isResources: true))], owner: "")
            return rules.decide(
                AccessRequest(
                    principal: caller, action: "s3:GetObject", resource: object, context: [key.uppercased(): ["forged"]]
                ))
        }
        #expect(try decide(value) == .deniedExplicitly(by: "P/1"))
        #expect(try decide("forged") != .deniedExplicitly(by: "P/1"))
    }
}
