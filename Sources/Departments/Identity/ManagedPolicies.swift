internal import Core
internal import JSON

/// Policies that AWS ships and recipes name by their ARN: they are here from the start, and stay as they are.
enum ManagedPolicies {
    static let administrator = "arn:aws:iam::aws:policy/AdministratorAccess"

    /// What AWS's own does not read for everybody: what is kept secret.
    private static let reading = [
        "cloudtrail:LookupEvents", "cloudwatch:Get*", "cloudwatch:List*", "cloudwatch:Describe*", "events:List*",
        "events:Describe*", "events:TestEventPattern", "greengrass:Get*", "greengrass:List*", "iam:Get*", "iam:List*",
        "iot:Get*", "iot:List*", "iot:Describe*", "iot:SearchIndex", "logs:Get*", "logs:Describe*", "logs:List*",
        "logs:Filter*", "s3:Get*", "s3:List*", "secretsmanager:List*", "secretsmanager:Describe*",
        "secretsmanager:GetResourcePolicy", "sqs:Get*", "sqs:List*", "sts:GetCallerIdentity",
    ]

    static let all: [String: Datum] = Dictionary(
        table.map { name, path, actions in
            let arn = "arn:aws:iam::aws:policy\(path)\(name)"
            return (arn, record(name, path, arn, actions))
        }, uniquingKeysWith: { first, _ in first })

    /// The first is not AWS's: installers of Greengrass look for it by this name, and make it themselves where it is missing.
    /// Components put events and figures with it, beside what the installers' own allows.
    private static let table: [(name: String, path: String, actions: [String])] = [
        (
            "GreengrassV2TokenExchangeRoleAccess", "/",
            [
                "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams",
                "s3:GetBucketLocation", "events:PutEvents", "cloudwatch:PutMetricData",
            ]
        ),
        ("AdministratorAccess", "/", ["*"]),
        ("ReadOnlyAccess", "/", reading),
        ("AmazonS3FullAccess", "/", ["s3:*"]),
        ("AmazonS3ReadOnlyAccess", "/", ["s3:Get*", "s3:List*", "s3:Describe*"]),
        ("AmazonEventBridgeFullAccess", "/", ["events:*"]),
        ("CloudWatchLogsFullAccess", "/", ["logs:*", "cloudwatch:*"]),
        ("AmazonSageMakerFullAccess", "/", ["sagemaker:*", "logs:*", "cloudwatch:*", "s3:*", "ecr:*"]),
    ]

    private static func record(_ name: String, _ path: String, _ arn: String, _ actions: [String]) -> Datum {
        let document: Datum = [
            "Version": "2012-10-17",
            "Statement": [["Effect": "Allow", "Action": .list(actions.map(Datum.text)), "Resource": "*"]],
        ]
        // 2015-02-06, when AWS began to ship them.
        let created: Datum = 1_423_180_800_000
        return [
            "PolicyName": .text(name), "PolicyId": .text("ANPA" + String(name.uppercased().prefix(17))),
            "Arn": .text(arn), "Path": .text(path), "DefaultVersionId": "v1", "CreateDate": created,
            "UpdateDate": created,
            "Versions": [["VersionId": "v1", "Document": .text(text(document)), "CreateDate": created]],
        ]
    }

    private static func text(_ datum: Datum) -> String { String(decoding: datum.json, as: UTF8.self) }
}
