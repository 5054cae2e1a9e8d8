import Core
import Crypto
import Recipes
import Testing

@Suite struct ArtifactTests {
    static let sources: [(String, ArtifactSource, String?)] = [
        ("s3://bucket/models/v1/model.onnx", .s3(bucket: "bucket", key: "models/v1/model.onnx"), "model.onnx"),
        ("S3://bucket/a b.txt", .s3(bucket: "bucket", key: "a b.txt"), "a b.txt"),
        ("https://host/a/b.zip?x=1/2#f", .https("https://host/a/b.zip?x=1/2#f"), "b.zip"),
        ("file:///opt/model.onnx", .file("/opt/model.onnx"), "model.onnx"),
        ("greengrass:UbhqXXSJj65QLcrAA==/hello.py", .greengrass("greengrass:UbhqXXSJj65QLcrAA==/hello.py"), "hello.py"),
        ("greengrass:hello.py", .greengrass("greengrass:hello.py"), "hello.py"),
        ("data:text/plain;base64,aGk=", .inline(Array("hi".utf8), name: nil), nil),
        ("data:,a%20b", .inline(Array("a b".utf8), name: nil), nil),
        ("data:text/plain;name=x.py;base64,aGk", .inline(Array("hi".utf8), name: "x.py"), "x.py"),
        ("data:;name=..;base64,aGk=", .inline(Array("hi".utf8), name: nil), nil),
    ]

    @Test(arguments: sources)
    func readsAddresses(uri: String, source: ArtifactSource, name: String?) throws {
        let read = try ArtifactSource(parsing: uri)
        #expect(read == source && read.fileName == name)
    }

    /// A20: the file in the recipe is called what the script asks for.
    @Test func anInlineFileIsNamedByTheScript() throws {
        let recipe = try makeRecipe(
            lifecycle: [
                "Install": "pip install -r {artifacts:path}/req.txt",
                "Run": "python3 {artifacts:path}/inference_app.py --x",
            ],
            artifacts: [["Uri": "data:,one"], ["Uri": "s3://b/req.txt"]])
        #expect(recipe.manifests[0].artifacts.map(\.fileName) == ["inference_app.py", "req.txt"])
    }

    @Test func severalInlineFilesTakeSeveralNames() throws {
        let recipe = try makeRecipe(
            lifecycle: ["Run": "sh {artifacts:path}/a.sh {artifacts:path}/b.txt"],
            artifacts: [["Uri": "data:,one"], ["Uri": "data:,two"]])
        #expect(recipe.manifests[0].artifacts.map(\.fileName) == ["a.sh", "b.txt"])
    }

    static let digest = SHA256.digest(of: Array("hi".utf8))

    @Test(arguments: [digest.description, digest.description.uppercased(), digest.base64])
    func readsDigests(_ text: String) throws {
        let recipe = try makeRecipe(artifacts: [["Uri": "s3://b/k", "Digest": .text(text), "Algorithm": "SHA-256"]])
        #expect(recipe.manifests[0].artifacts[0].digest == Self.digest)
    }

    static let conditions: [(String, SkipCondition.Question, String, Bool)] = [
        ("onpath docker", .onPath, "docker", false), ("!onpath docker", .onPath, "docker", true),
        (" ! exists /opt/a b ", .exists, "/opt/a b", true), ("EXISTS /x", .exists, "/x", false),
    ]

    @Test(arguments: conditions)
    func readsSkipConditions(text: String, question: SkipCondition.Question, subject: String, isNegated: Bool) throws {
        let condition = try #require(SkipCondition(parsing: text))
        #expect(condition.question == question && condition.subject == subject && condition.isNegated == isNegated)
    }

    @Test(arguments: ["", "onpath", "!", "exists ", "onpathx y", "test -e /x"])
    func refusesOtherConditions(_ text: String) { #expect(SkipCondition(parsing: text) == nil) }

    @Test(arguments: [
        ("", [UInt8]()), ("aGk=", Array("hi".utf8)), ("aGk", Array("hi".utf8)), ("AAEC/+8=", [0, 1, 2, 255, 239]),
        ("aG\nk=\n", Array("hi".utf8)),
    ])
    func readsBase64(text: String, bytes: [UInt8]) { #expect(Base64.bytes(text) == bytes) }

    @Test(arguments: ["a", "a===", "aGk=x", "aG-k", "aGl=", "aGk ="])
    func refusesWhatIsNotBase64(_ text: String) { #expect(Base64.bytes(text) == nil) }
}
