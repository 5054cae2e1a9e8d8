import Core
import Policies
import Testing

/// The policies of the recipes, as printed.
@Suite struct RecipePolicyTests {
    static let execution = """
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": [
                        "s3:GetObject",
                        "s3:ListBucket"
                    ],
                    "Resource": [
                        "arn:aws:s3:::sagemaker-*/*",
                        "arn:aws:s3:::sagemaker-*"
                    ]
                },
                {
                    "Effect": "Allow",
                    "Action": [
                        "ecr:GetAuthorizationToken",
                        "ecr:BatchCheckLayerAvailability",
                        "ecr:GetDownloadUrlForLayer",
                        "ecr:BatchGetImage"
                    ],
                    "Resource": "*"
                },
                {
                    "Effect": "Allow",
                    "Action": [
                        "logs:CreateLogGroup",
                        "logs:CreateLogStream",
                        "logs:DescribeLogStreams",
                        "logs:PutLogEvents"
                    ],
                    "Resource": "arn:aws:logs:*:*:log-group:/aws/sagemaker/*"
                }
            ]
        }
        """

    static let logs = "arn:aws:logs:us-east-1:\(account):log-group:/aws/"

    @Test(arguments: [
        ("s3:GetObject", "arn:aws:s3:::sagemaker-models-x/model.tar.gz", true),
        ("s3:GetObject", "arn:aws:s3:::sagemaker-models-x/a/b/c", true),
        ("s3:ListBucket", "arn:aws:s3:::sagemaker-models-x", true),
        ("s3:GetObject", "arn:aws:s3:::edge-models-x/model.onnx", false),
        ("s3:ListBucket", "arn:aws:s3:::edge-models-x", false), ("s3:ListBucket", "arn:aws:s3:::sagemaker", false),
        ("s3:GetObject", "arn:aws:s3:::my-sagemaker-x/k", false), ("s3:GetObject", "arn:aws:s3:::Sagemaker-x/k", false),
        ("s3:PutObject", "arn:aws:s3:::sagemaker-models-x/model.tar.gz", false),
        ("s3:DeleteObject", "arn:aws:s3:::sagemaker-models-x/model.tar.gz", false), ("s3:ListAllMyBuckets", "*", false),
        ("ecr:GetAuthorizationToken", "*", true),
        ("ecr:BatchGetImage", "arn:aws:ecr:us-east-1:\(account):repository/r", true),
        ("ecr:PutImage", "arn:aws:ecr:us-east-1:\(account):repository/r", false),
        ("logs:PutLogEvents", logs + "sagemaker/Endpoints/e:log-stream:v", true),
        ("logs:CreateLogGroup", logs + "sagemaker/Endpoints", true), ("logs:PutLogEvents", logs + "lambda/f", false),
        ("logs:CreateLogGroup", logs + "sagemaker", false),
        ("logs:DeleteLogGroup", logs + "sagemaker/Endpoints", false),
        ("iam:PassRole", roleArn, false),
    ])
    func theExecutionRoleHasLeastPrivilege(action: String, resource: String, isAllowed: Bool) throws {
        let document = try PolicyDocument(parsing: Array(Self.execution.utf8), as: .identity)
        let rules = AccessRules(identity: [AttachedPolicy(name: "Execution", document: document)], owner: account)
        let decision = rules.decide(AccessRequest(principal: session, action: action, resource: resource))
        #expect(decision == (isAllowed ? .allowed : .notAllowed))
    }

    /// A08: a device's certificate may assume the one role, an endpoint the other, and neither both.
    @Test(arguments: [("sagemaker.amazonaws.com", sagemaker, iot), ("credentials.iot.amazonaws.com", iot, sagemaker)])
    func eachRoleTrustsItsService(name: String, trusted: Principal, other: Principal) throws {
        let text = """
            { "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Principal": { "Service": "\(name)" },
              "Action": "sts:AssumeRole" } ] }
            """
        let document = try PolicyDocument(parsing: Array(text.utf8), as: .trust)
        #expect(document.trusts(trusted) == .allowed && document.trusts(other) == .notAllowed)
        #expect(document.trusts(ann) == .notAllowed && document.trusts(device) == .notAllowed)
    }

    @Test(arguments: [
        ("iot:Connect", true), ("iot:Publish", true), ("greengrass:GetComponentVersionArtifact", true),
        ("iot:DeleteThing", false), ("greengrassv2:x", false),
    ])
    func theDevicesPolicy(action: String, isAllowed: Bool) throws {
        let document = try policy(
            .device,
            [
                "Effect": "Allow",
                "Action": ["iot:Connect", "iot:Publish", "iot:Subscribe", "iot:Receive", "greengrass:*"],
                "Resource": "*",
            ])
        let rules = AccessRules(identity: [document], owner: account)
        let decision = rules.decide(
            AccessRequest(principal: device, action: action, resource: "arn:aws:iot:eu-central-1:\(account):topic/t"))
        #expect(decision == (isAllowed ? .allowed : .notAllowed))
    }
}
