import Core
import JSON
import Recipes
import Testing

/// What is said of scripts, and what they are made into. Each text is one that somebody might write.
@Suite struct ClinicTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Files in their order; those that begin with a brace are component recipes.
        var files: [String]
        /// What is found, as `level ids`, without notes about shells and pins.
        let found: [String]
        /// The last file, corrected; nil when nothing changes.
        var fixed: String?
        var cli: Int?

        init(
            _ description: String, _ files: String..., found: [String] = [], fixed: String? = nil, cli: Int? = nil
        ) {
            testDescription = description
            self.files = files
            self.found = found
            self.fixed = fixed
            self.cli = cli
        }
    }

    private func clinic(_ files: [String], cli: Int?) throws -> Clinic {
        let papers = try files.enumerated().map { index, text in
            try ClinicPaper(name: "file-\(index)", Array(text.utf8))
        }
        return Clinic(papers, platform: linux, cli: cli)
    }

    private func check(_ row: Case) throws {
        let clinic = try clinic(row.files, cli: row.cli)
        let found = clinic.findings().filter { $0.rule != "session" && $0.rule != "unread" && $0.rule != "pip-python" }
        #expect(found.map { "\($0.level.rawValue) \($0.ids.joined(separator: " "))" } == row.found, "\(found)")
        let papers = clinic.mended().papers
        let last = try #require(papers.last).bytes
        #expect(String(decoding: last, as: UTF8.self) == row.fixed ?? row.files.last)
        // Once is enough.
        #expect(Clinic(papers, platform: linux, cli: row.cli).mended().papers.map(\.bytes) == papers.map(\.bytes))
        #expect(clinic.mended().stays.allSatisfy { $0.level != .error || !$0.isMendable })
    }

    // MARK: Commands

    @Test(arguments: [
        Case("nothing to say", "aws s3 ls s3://things --recursive\n"),
        Case(
            "a region that need not be there", "REGION=\"$(aws configure get region)\"\n", found: ["warning P1"],
            fixed: "REGION=${REGION:-$(aws configure get region || echo us-east-1)}\n"),
        Case(
            "both names of a region", "export AWS_REGION=$(aws configure get region) X=1\n", found: ["warning P1"],
            fixed:
                "export AWS_REGION=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || echo us-east-1)}} X=1\nexport AWS_REGION AWS_DEFAULT_REGION=$AWS_REGION\n"
        ),
        Case("a region with another way", "R=$(aws configure get region || echo eu-west-1)\n"),
        Case(
            "shorthand with colons", "aws dynamodb put-item --item 'Id={S:x:y},N={N:1}' --query 'a.{b:c}'\n",
            found: ["error H1 X1"], fixed: "aws dynamodb put-item --item 'Id={S=x:y},N={N=1}' --query 'a.{b:c}'\n"),
        Case("JSON is no shorthand", #"aws dynamodb put-item --item '{"Id":{"S":"x"}}' --tags Key=a,Value=b:c"# + "\n"),
        Case(
            "variables are no shorthand", "aws events put-targets --rule r --targets Id=1,Arn=arn:aws:sqs:${R}:${A}:q\n"
        ),
        Case(
            "an option of the other s3", "aws s3 sync . s3://b --server-side-encryption=AES256 --quiet\n",
            found: ["error H2 X2"], fixed: "aws s3 sync . s3://b --sse=AES256 --quiet\n"),
        Case(
            "the same option where it belongs",
            "aws s3api put-object --bucket b --key k --server-side-encryption AES256\n"),
        Case(
            "base64 that is none", "X=$(aws lambda invoke --function-name f --payload file://in.json \"out 1.json\")\n",
            found: ["error E3"],
            fixed: "X=$(aws lambda invoke --function-name f --payload fileb://in.json \"out 1.json\")\n"),
        Case("the same with version 1", "aws kms encrypt --key-id k --plaintext file://p\n", cli: 1),
        Case(
            "the same with the setting",
            "aws kms encrypt --key-id k --plaintext file://p --cli-binary-format raw-in-base64-out\n"),
        Case(
            "the same with the setting before",
            "aws configure set cli_binary_format raw-in-base64-out\naws kms encrypt --key-id k --plaintext file://p\n"),
        Case("a command of version 2", "aws logs tail /g --follow\n", found: ["note E4 X3"]),
        Case("the same with version 2", "aws logs tail /g\n", cli: 2),
        Case(
            "the same with version 1", "aws logs tail \\\n  \"/g\" --follow | head\n", found: ["error E4 X3"],
            fixed:
                "aws logs filter-log-events --log-group-name \"/g\" --query 'events[].message' --output text | head\n",
            cli: 1),
        Case(
            "a file that is not there after a failure",
            "aws sagemaker-runtime invoke-endpoint --endpoint-name e --body fileb://x out.json || true\ncat out.json | jq .\n",
            found: ["error H3 X6"],
            fixed:
                "aws sagemaker-runtime invoke-endpoint --endpoint-name e --body fileb://x out.json || true\ntest ! -s out.json || cat out.json | jq .\n"
        ),
        Case(
            "a file that is there",
            "aws sagemaker-runtime invoke-endpoint --endpoint-name e --body fileb://x out.json\ncat out.json\n"),
        Case("a waiter", "aws sagemaker wait endpoint-in-service --endpoint-name e\n", found: ["note T11"]),
        Case(
            "a registry", "URI=\"$A.dkr.ecr.$R.amazonaws.com/x\"\ndocker build -t x .\ndocker push ${URI}:1\n",
            found: ["note H4 T10"]),
        Case("no connectivity", "aws iot describe-thing --thing-name t --query attributes\n", found: ["note T9"]),
        Case("a model of letters", "echo nothing yet > m/net.onnx\n", found: ["warning E2 E8 T7"]),
        Case("settings of letters", "echo nothing yet > m/a.json\necho '{}' > m/b.json\n", found: ["note E2"]),
        Case(
            "letters of another code", "echo \"âœ… fÃ¼r âŒ ðŸ“‹\"\naws s3 ls\n", found: ["note E0"],
            fixed: "echo \"✅ für ❌ 📋\"\naws s3 ls\n"),
        Case("letters of its own", "echo 'ça va? … “é” ✅'\naws s3 ls\n"),
        Case(
            "a pin of a script",
            "#!/bin/sh\npip3 install -q 'opencv-python==4.8.0' numpy==1.24.0 onnxruntime==1.16.3\n",
            found: ["error E5 T3", "warning PIP"],
            fixed: "#!/bin/sh\npip3 install -q 'opencv-python==4.8.0.76' numpy==1.24.2 onnxruntime==1.16.3\n"),
    ])
    func commands(_ row: Case) throws { try check(row) }

    // MARK: What belongs together

    private static func purge(_ bucket: String) -> String {
        """
        while aws s3api list-object-versions --no-paginate --bucket "\(bucket)" --output json \\
            --query '{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}' > object-versions.json &&
            grep -q VersionId object-versions.json; do
            aws s3api delete-objects --bucket "\(bucket)" --delete file://object-versions.json > object-deletions.json &&
                ! grep -q '"Errors"' object-deletions.json || break
        done
        rm -f object-versions.json object-deletions.json

        """
    }

    private static let target = "aws events put-targets --rule r --targets Id=1,Arn=arn:aws:logs:${R}:1:log-group:/g\n"

    @Test(arguments: [
        Case(
            "a bucket with versions",
            "aws s3api put-bucket-versioning --bucket $B --versioning-configuration Status=Enabled\n",
            "# The end\naws s3 rb s3://${B} --force\n", found: ["error B1 T1"],
            fixed: purge("${B}") + "# The end\naws s3 rb s3://${B} --force\n"),
        Case(
            "a bucket of which nothing is known", "aws s3 rb s3://b\n", found: ["warning B1 T1"],
            fixed: purge("b") + "aws s3 rb s3://b\n"),
        Case(
            "an endpoint before what scales it",
            """
            # The endpoint
            aws sagemaker delete-endpoint --endpoint-name e

            # What scales it
            aws application-autoscaling deregister-scalable-target \\
                --service-namespace sagemaker --resource-id endpoint/e/variant/v

            echo done

            """, found: ["warning H7 T12"],
            fixed: """
                # What scales it
                aws application-autoscaling deregister-scalable-target \\
                    --service-namespace sagemaker --resource-id endpoint/e/variant/v

                # The endpoint
                aws sagemaker delete-endpoint --endpoint-name e

                echo done

                """),
        Case(
            "a target that nobody may write into", target, found: ["error E9"],
            fixed: """
                aws logs put-resource-policy --policy-name events-to-logs \\
                    --policy-document "{\\"Version\\":\\"2012-10-17\\",\\"Statement\\":[{\\"Effect\\":\\"Allow\\",\\"Principal\\":{\\"Service\\":[\\"events.amazonaws.com\\",\\"delivery.logs.amazonaws.com\\"]},\\"Action\\":[\\"logs:CreateLogStream\\",\\"logs:PutLogEvents\\"],\\"Resource\\":\\"arn:aws:logs:${R}:1:log-group:/g:*\\"}]}"

                """ + target),
        Case(
            "a target that may be written into",
            "aws logs put-resource-policy --policy-name p --policy-document d\n" + target),
        Case(
            "what a clean-up leaves",
            "aws logs create-log-group --log-group-name /g\naws iot create-thing --thing-name t\n",
            "aws iot delete-thing --thing-name t\necho done\n", found: ["warning E12"],
            fixed: "aws iot delete-thing --thing-name t\naws logs delete-log-group --log-group-name /g\necho done\n"),
        Case("no clean-up at all", "aws logs create-log-group --log-group-name /g\n"),
        Case(
            "a policy that AWS does not have",
            "ACCOUNT=1\naws iam detach-role-policy --role-name r --policy-arn arn:aws:iam::aws:policy/GreengrassV2TokenExchangeRoleAccess\n",
            found: ["error E1"],
            fixed: """
                ACCOUNT=1
                aws iam detach-role-policy --role-name r --policy-arn arn:aws:iam::$(aws sts get-caller-identity --query Account --output text):policy/GreengrassV2TokenExchangeRoleAccess
                aws iam delete-policy --policy-arn arn:aws:iam::$(aws sts get-caller-identity --query Account --output text):policy/GreengrassV2TokenExchangeRoleAccess

                """),
        Case(
            "a role that may too little",
            """
            export AWS_ACCOUNT_ID=1
            cat > trust.json << EOF
            {"Principal": {"Service": "credentials.iot.amazonaws.com"}}
            EOF
            aws iam create-role --role-name r --assume-role-policy-document file://trust.json
            aws iam delete-role --role-name r

            """, found: ["warning E11"],
            fixed: """
                export AWS_ACCOUNT_ID=1
                cat > trust.json << EOF
                {"Principal": {"Service": "credentials.iot.amazonaws.com"}}
                EOF
                aws iam create-role --role-name r --assume-role-policy-document file://trust.json
                aws iam create-policy --policy-name GreengrassDeviceAccess \\
                    --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"*"}]}'
                aws iam attach-role-policy --role-name r --policy-arn arn:aws:iam::${AWS_ACCOUNT_ID}:policy/GreengrassDeviceAccess
                aws iam detach-role-policy --role-name r --policy-arn arn:aws:iam::${AWS_ACCOUNT_ID}:policy/GreengrassDeviceAccess
                aws iam delete-policy --policy-arn arn:aws:iam::${AWS_ACCOUNT_ID}:policy/GreengrassDeviceAccess
                aws iam delete-role --role-name r

                """),
        Case(
            "a device without a certificate",
            "aws iot create-thing --thing-name t\naws greengrassv2 list-core-devices\n", found: ["note E10 T6"]),
        Case(
            "device settings without addresses",
            """
            cat > g.yaml << E
            system:
              certificateFilePath: /c
              rootpath: /g
            services:
              aws.greengrass.Nucleus:
                configuration:
                  awsRegion: r
                  iotCredEndpoint: x
            E

            """, found: ["error E10"],
            fixed: """
                cat > g.yaml << E
                system:
                  certificateFilePath: /c
                  rootpath: /g
                services:
                  aws.greengrass.Nucleus:
                    configuration:
                      iotDataEndpoint: "$(aws iot describe-endpoint --endpoint-type iot:Data-ATS --query endpointAddress --output text)"
                      awsRegion: r
                      iotCredEndpoint: x
                E

                """),
        Case(
            "a word in two halves", "aws iam get-role --role-name a/\\\nb\naws x y --z c:\\\n   d\naws s3 \\\n  ls\n",
            found: ["note E13", "error E13"],
            fixed: "aws iam get-role --role-name a/b\naws x y --z c:d\naws s3 \\\n  ls\n"),
        Case(
            "an end that is none", "cat > x << EOF\nb\n  EOF\naws s3 ls\n", found: ["error E13"],
            fixed: "cat > x << EOF\nb\nEOF\naws s3 ls\n"),
    ])
    func together(_ row: Case) throws { try check(row) }

    // MARK: Programs and recipes in scripts

    @Test(arguments: [
        Case(
            "a session without providers",
            "cat > a.py << 'E'\nimport onnxruntime as o\ns = o.InferenceSession('m')\nE\npython3 a.py\n",
            found: ["error PROVIDERS"],
            fixed:
                "cat > a.py << 'E'\nimport onnxruntime as o\ns = o.InferenceSession('m', providers=[\"CPUExecutionProvider\"])\nE\npython3 a.py\n"
        ),
        Case(
            "a program for an interpreter", "python3 - << E\nprint(os.getcwd())\nE\n", found: ["error E2 T8"],
            fixed: "python3 - << E\nimport os\nprint(os.getcwd())\nE\n"),
        Case(
            "a program that nobody runs", "cat > tool.py << E\nimport json\nprint(time.time(), json)\nE\n",
            found: ["note E2 T8", "warning E2 T8"],
            fixed: "cat > tool.py << E\nimport time\nimport json\nprint(time.time(), json)\nE\n"),
        Case(
            "a model of another numpy",
            "cat > t.py << E\nimport pickle\npickle.dump(m, f)\nE\npython t.py\n",
            "cat > Dockerfile << E\nFROM python:3.9\nRUN pip install \\\n    numpy==1.24.4\nE\n", found: ["warning H5"]),
        Case(
            "one place only", "cat > s.py << E\nM = '/opt/ml/model/m'\napp.run(port=8080)\nE\npython s.py\n",
            found: ["note H6"]),
        Case(
            "a recipe in a script",
            """
            aws s3 mb s3://$BUCKET
            cat > app.py << 'E'
            import os
            import boto3
            print(os.environ['LINE_NAME'], boto3)
            E
            # The component
            cat > c.json << E
            {
              "RecipeFormatVersion": "2020-01-25",
              "ComponentName": "com.x",
              "ComponentVersion": "1.0.0",
              "ComponentConfiguration": {"DefaultConfiguration": {"LineName": "${LINE}"}},
              "Manifests": [
                {
                  "Artifacts": [{"URI": "data:;base64,$(base64 -w 0 app.py)"}],
                  "Lifecycle": {
                    "Run": "python3 {artifacts:path}/app.py"
                  }
                }
              ]
            }
            E

            """, found: ["error E7 T6", "error E5 T4", "error E6 T2", "error E7 T5"],
            fixed: """
                aws s3 mb s3://$BUCKET
                cat > app.py << 'E'
                import os
                import boto3
                print(os.environ['LINE_NAME'], boto3)
                E
                aws s3 cp app.py "s3://$BUCKET/components/app.py"
                # The component
                cat > c.json << E
                {
                  "RecipeFormatVersion": "2020-01-25",
                  "ComponentName": "com.x",
                  "ComponentVersion": "1.0.0",
                  "ComponentConfiguration": {"DefaultConfiguration": {"LineName": "${LINE}"}},
                  "ComponentDependencies": {"aws.greengrass.TokenExchangeService": {"VersionRequirement": ">=2.0.0 <3.0.0"}},
                  "Manifests": [
                    {
                      "Artifacts": [{"URI": "s3://$BUCKET/components/app.py"}],
                      "Lifecycle": {
                        "Setenv": {
                          "LINE_NAME": "{configuration:/LineName}"
                        },
                        "Install": {
                          "Script": "pip3 install boto3",
                          "Timeout": 300
                        },
                        "Run": "python3 {artifacts:path}/app.py"
                      }
                    }
                  ]
                }
                E

                """),
    ])
    func programs(_ row: Case) throws { try check(row) }

    // MARK: Component recipes

    @Test(arguments: [
        Case(
            "one line stays one line",
            #"{"RecipeFormatVersion":"2020-01-25","ComponentName":"com.x","ComponentVersion":"1.0.0","Manifests":[{"Lifecycle":{"Install":{"Script":"pip install onnxruntime==1.16.0 numpy==1.24.0","Timeout":9},"Run":"aws s3 ls"}}]}"#,
            found: ["error E7 T6", "warning PIP"],
            fixed:
                #"{"RecipeFormatVersion":"2020-01-25","ComponentName":"com.x","ComponentVersion":"1.0.0","ComponentDependencies": {"aws.greengrass.TokenExchangeService": {"VersionRequirement": ">=2.0.0 <3.0.0"}}, "Manifests":[{"Lifecycle":{"Install":{"Script":"pip install onnxruntime==1.16.0 numpy==1.24.2","Timeout":9},"Run":"aws s3 ls"}}]}"#
        ),
        Case(
            "words of YAML",
            "RecipeFormatVersion: '2020-01-25'\nComponentName: com.x\nComponentVersion: 1.0.0\nManifests:\n- Lifecycle:\n    Install: {Script: pip install opencv-python==4.8.0, Timeout: 9}\n    Run: aws s3 ls\n",
            found: ["error E5 T3", "error E7 T6"],
            fixed:
                "RecipeFormatVersion: '2020-01-25'\nComponentName: com.x\nComponentVersion: 1.0.0\nManifests:\n- Lifecycle:\n    Install: {Script: pip install opencv-python==4.8.0.76, Timeout: 9}\n    Run: aws s3 ls\n"
        ),
    ])
    func components(_ row: Case) throws { try check(row) }

    @Test func thePrintedComponentsAreMended() throws {
        let outcome = try clinic(PrintedRecipes.printed, cli: nil).mended()
        #expect(!outcome.stays.contains { $0.level == .error })
        let recipes = try outcome.papers.map { try RecipeText.read($0.bytes).recipe }
        #expect(recipes[2].dependencies.map(\.name.text).contains("aws.greengrass.TokenExchangeService"))
        #expect(recipes[2].manifests[0].lifecycle.environment.map(\.name).sorted() == ["EVENT_BUS_NAME", "MODEL_PATH"])
    }

    // MARK: Texts

    @Test func aTutorialKeepsItsIndentationAndItsLineEnds() throws {
        let text =
            "1. Copy it:\r\n\r\n   ```sh\r\n   aws s3 rb s3://b\r\n   aws s3 cp a s3://c \\\r\n     --server-side-encryption AES256\r\n   ```\r\n"
        let outcome = try clinic([text], cli: nil).mended()
        let fixed = String(decoding: outcome.papers[0].bytes, as: UTF8.self)
        #expect(fixed.hasPrefix("1. Copy it:\r\n\r\n   ```sh\r\n   while aws s3api "))
        #expect(fixed.hasSuffix("   aws s3 rb s3://b\r\n   aws s3 cp a s3://c \\\r\n     --sse AES256\r\n   ```\r\n"))
        #expect(!fixed.replacing("\r\n", with: "").contains { $0.isNewline })
    }

    @Test func promptsArePrintedToo() throws {
        let text = "```console\n$ aws s3 rb s3://b\nremove_bucket: b\n```\n"
        let fixed = String(decoding: try clinic([text], cli: nil).mended().papers[0].bytes, as: UTF8.self)
        #expect(fixed.hasPrefix("```console\n$ while aws"))
        #expect(fixed.hasSuffix("$ aws s3 rb s3://b\nremove_bucket: b\n```\n"))
    }

    @Test func saysWhereAndHow() throws {
        let found = try #require(
            try clinic(["aws s3 ls\n", "\n\naws s3 cp a s3://b \\\n  --server-side-encryption AES256\n"], cli: nil)
                .findings().first)
        #expect([found.paper, found.line] == [1, 4])
        #expect(found.correction == ["  --sse AES256"])
        #expect(found.message.contains("--server-side-encryption"))
        #expect(found.consequence.contains("Unknown options"))
        #expect(found.isMendable)
    }

    @Test func stepsThatNeedEachOtherAreTold() throws {
        let found = try clinic(
            ["A=1\n", "echo $A ${B} ${C:-1} $HOME -n\n", "for D in x; do echo $D -n; done\n"], cli: nil
        ).findings()
        #expect(found.map { "\($0.paper) \($0.rule)" } == ["1 session"])
        #expect(found[0].message.hasPrefix("$A, $B: "))
    }

    @Test func componentsThatAreNotAtHandMayInstallThings() throws {
        let found = try clinic([PrintedRecipes.inference()], cli: nil).findings()
        #expect(found.filter { $0.rule == "missing-package" }.allSatisfy { $0.level == .note })
    }

    @Test func providersInARecipeItself() throws {
        let program = "from onnxruntime import InferenceSession as S, InferenceSession\nx = InferenceSession('m')\n"
        let uri = "data:;name=a.py;base64," + Base64.text(Array(program.utf8))
        let document = document(
            lifecycle: ["Install": ["Script": "pip install onnxruntime", "Timeout": 9]],
            artifacts: [["Uri": .text(uri)]])
        let recipe = String(decoding: document.json, as: UTF8.self)
        let clinic = try clinic([recipe], cli: nil)
        #expect(clinic.findings().filter { $0.level == .error }.map(\.ids) == [["PROVIDERS"]])
        #expect(!clinic.mended().stays.contains { $0.level == .error })
    }

    // MARK: Neither

    @Test(arguments: [
        "Just a few words.\nAnd a few more: all prose.\n", "[]", "{\"a\": 1}", "```mermaid\ngraph TB\n```\n",
        "a: b\nc: d\n",
    ])
    func textsWithoutCommandsAreRefused(text: String) throws {
        #expect(throws: Fault.self) { try ClinicPaper(name: "a", Array(text.utf8)) }
    }

    @Test(
        arguments: [
            ("{\"RecipeFormatVersion\": \"2020-01-25\", }", "not JSON"), ("", "the recipe is empty"),
            (" \n\t\n", "the recipe is empty"),
            ("# mine\nRecipeFormatVersion: '2020-01-25'\nManifests: [\n", "not YAML"),
            ("RecipeFormatVersion: '2020-01-25'\nComponentVersion: 1.0.0\n", "ComponentName: it is missing"),
        ])
    func aRecipeThatCannotBeReadIsToldSo(text: String, message: String) throws {
        let fault = #expect(throws: Fault.self) { try ClinicPaper(name: "a", Array(text.utf8)) }
        #expect(fault?.message.contains(message) == true, "\(String(describing: fault))")
    }

    @Test func aTutorialMayPrintARecipe() throws {
        let text = "title: x\n\n```yaml\nRecipeFormatVersion: '2020-01-25'\n```\n\n```sh\naws s3 ls\n```\n"
        #expect(try ClinicPaper(name: "a", Array(text.utf8)).kind == .script)
    }
}
