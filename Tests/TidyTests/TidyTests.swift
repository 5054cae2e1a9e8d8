import Core
import Files
import Testing

/// Style is a test: a rule that nobody runs is an opinion.
@Suite struct TidyTests {
    struct Source: Sendable {
        let path: String
        let text: String
        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    }

    /// The package's folder: tests are run from it.
    static let sources: [Source] = read("Sources", ending: ".swift")

    private static func read(_ folder: String, ending: String) -> [Source] {
        let names = (try? FileAccess.names(in: folder)) ?? []
        return names.flatMap { name -> [Source] in
            let path = "\(folder)/\(name)"
            if FileAccess.isFolder(path) { return read(path, ending: ending) }
            guard name.hasSuffix(ending), let bytes = try? FileAccess.read(path) else { return [] }
            return [Source(path: path, text: String(decoding: bytes, as: UTF8.self))]
        }
    }

    @Test func seesTheHouse() { #expect(Self.sources.count > 80) }

    struct Rule: Sendable {
        let pattern: String
        var allowed: [String] = []
        let instead: String
    }

    @Test(arguments: [
        Rule(pattern: "TODO", instead: "finish it, or say in the docs what is not there"),
        Rule(pattern: "FIXME", instead: "finish it before merging"),
        Rule(pattern: "import Foundation", instead: "Core, Files, JSON: Foundation costs start-up time and memory"),
        Rule(pattern: "Task.detached", instead: "a Lane, or a child task"),
        Rule(pattern: "try!", instead: "a thrown Fault"),
        Rule(pattern: "print(", instead: "Verbs.say for answers, Log.line for the log"),
        Rule(pattern: "#if", instead: "Linux only"),
        // Not the word alone, for keys are public too.
        Rule(pattern: "public struct", instead: "package: there is no outside"),
        Rule(pattern: "public enum", instead: "package: there is no outside"),
        Rule(pattern: "public final class", instead: "package: there is no outside"),
        Rule(pattern: "public func", instead: "package: there is no outside"),
        Rule(pattern: "public let", instead: "package: there is no outside"),
        Rule(pattern: "public var", instead: "package: there is no outside"),
        Rule(pattern: "public import", instead: "package: there is no outside"),
        Rule(pattern: "import CRuntime", allowed: ["Drivers/ONNX/"], instead: "the ONNX room"),
        Rule(pattern: "import CHTTP", allowed: ["Drivers/HTTP/"], instead: "the HTTP room"),
        Rule(pattern: "import CTLS", allowed: ["Drivers/HTTP/"], instead: "the HTTP room"),
        Rule(pattern: "import CZlib", allowed: ["Drivers/HTTP/"], instead: "the HTTP room"),
        Rule(pattern: "import CJSON", allowed: ["Letters/JSON/"], instead: "the JSON room"),
        Rule(pattern: "import CArchive", allowed: ["Drivers/Archive/"], instead: "the Archive room"),
        Rule(pattern: "import CModbus", allowed: ["Drivers/Modbus/"], instead: "the Modbus room"),
        Rule(pattern: "import CSQLite", allowed: ["Drivers/Database/"], instead: "the Database room"),
        Rule(pattern: "import CYAML", allowed: ["Letters/YAML/"], instead: "the YAML room"),
        Rule(pattern: "import CXML", allowed: ["Letters/XML/"], instead: "the XML room"),
        Rule(pattern: "import CCBOR", allowed: ["Letters/CBOR/"], instead: "the CBOR room"),
        Rule(pattern: "import CChecksum", allowed: ["Bedrock/Crypto/"], instead: "the Crypto room"),
        Rule(pattern: "import CDigest", allowed: ["Bedrock/Crypto/"], instead: "the Crypto room"),
        Rule(pattern: "import CKeys", allowed: ["Bedrock/Crypto/"], instead: "the Crypto room"),
        Rule(pattern: "import CCurl", allowed: ["Drivers/WebClient/"], instead: "the WebClient room"),
        Rule(pattern: "import CCameras", allowed: ["Drivers/Cameras/"], instead: "the Cameras room"),
        Rule(pattern: "import CImages", allowed: ["Drivers/Images/"], instead: "the Images room"),
        Rule(pattern: "import ONNX\n", allowed: ["Engines/EngineHost/", "Roof/"], instead: "an engine process"),
    ])
    func bans(_ rule: Rule) {
        for source in Self.sources where !rule.allowed.contains(where: source.path.contains) {
            #expect(
                !source.text.contains(rule.pattern), "\(source.path): \(rule.pattern) is banned, use \(rule.instead)")
        }
    }

    @Test func filesStaySmall() {
        for source in Self.sources {
            #expect(source.lines.count <= 400, "\(source.path) has \(source.lines.count) lines: two nouns?")
        }
    }

    /// Drawers have no noun.
    @Test func filesAreNamedByTheirNoun() {
        for source in Self.sources {
            for drawer in ["Utils", "Helpers", "Common", "Extras", "Manager"] {
                #expect(!source.path.contains(drawer), "\(source.path): find the noun")
            }
        }
    }

    /// An escape hatch needs a reason that a stranger would accept.
    @Test func uncheckedSendableSaysWhy() {
        for source in Self.sources {
            for (number, line) in source.lines.enumerated() where line.contains("@unchecked Sendable") {
                let before = source.lines[max(0, number - 8)..<number].joined()
                #expect(
                    before.contains("///") || before.contains("//"), "\(source.path):\(number + 1): say why it is safe")
            }
        }
    }
}
