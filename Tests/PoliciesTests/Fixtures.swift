import Core
import JSON
import Policies
import Testing

let account = "111122223333"
let otherAccount = "444455556666"
let object = "arn:aws:s3:::line/a.onnx"

let root = Principal(arn: "arn:aws:iam::\(account):root", account: account, kind: .root)
let ann = Principal(arn: "arn:aws:iam::\(account):user/staff/ann", account: account, kind: .user)
let bob = Principal(arn: "arn:aws:iam::\(account):user/bob", account: account, kind: .user)
let stranger = Principal(arn: "arn:aws:iam::\(otherAccount):user/ann", account: otherAccount, kind: .user)
let strangeRoot = Principal(arn: "arn:aws:iam::\(otherAccount):root", account: otherAccount, kind: .root)
let roleArn = "arn:aws:iam::\(account):role/Worker"
let session = Principal(
    arn: "arn:aws:sts::\(account):assumed-role/Worker/shift", account: account, kind: .assumedRole(roleArn: roleArn))
let device = Principal(arn: "arn:aws:iot:eu-central-1:\(account):cert/c0ffee", account: account, kind: .device)
let iot = Principal.service("credentials.iot.amazonaws.com")
let sagemaker = Principal.service("sagemaker.amazonaws.com")

func read(
    _ document: Datum, _ kind: PolicyDocument.Kind = .identity
) throws(PolicyRefusal) -> PolicyDocument {
    try PolicyDocument(parsing: document.json, as: kind)
}

/// A policy of one statement or of several, under a name.
func policy(
    _ kind: PolicyDocument.Kind, _ statements: Datum, name: String = "P", version: Datum = "2012-10-17"
) throws -> AttachedPolicy {
    AttachedPolicy(name: name, document: try read(["Version": version, "Statement": statements], kind))
}

/// A statement that allows reading everything, but for what is said otherwise; nil takes a member out.
func statement(_ changes: [String: Datum?] = [:], isResources: Bool = false) -> Datum {
    var map: DatumMap = ["Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"]
    if isResources { map["Principal"] = "*" }
    for (key, value) in changes { map[key] = value }
    return .map(map)
}

/// What one identity policy says to a request of Ann's.
func decide(
    _ statements: Datum, action: String = "s3:GetObject", resource: String = object,
    context: [String: [String]] = [:], caller: Principal = ann, version: Datum = "2012-10-17"
) throws -> AccessDecision {
    let rules = AccessRules(identity: [try policy(.identity, statements, version: version)], owner: account)
    return rules.decide(AccessRequest(principal: caller, action: action, resource: resource, context: context))
}
