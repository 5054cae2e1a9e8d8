import Core
import Testing
import YAML

@Suite struct YAMLWritingTests {
    static let values: [Datum] = [
        .null, true, 7, .number(1.5), .number(1e300), "", "a", "null", "true", "7", "1.0.0", "0123", ".inf", "-", "- a",
        "a: b", "a #b", " a",
        "a ", "é", "one\ntwo", "one\ntwo\n", "one\n\n", " one\ntwo", "\ttab", "a\u{7}b", "\u{feff}x", "?", "=", "<<",
        "*", "yes",
        "{artifacts:path}/app.py", "'", "\"", "\\", "...", "---", [], .map(DatumMap()), [[], [1]],
        [["a": 1, "b": [2]], 3],
        ["a": ["b": ["c": []]], "": 1, "7": 2, "x y": "z", "m": "a\nb"], [["s": "a\nb\n"], "c\nd"],
    ]

    @Test(arguments: values)
    func readsWhatItWrites(_ value: Datum) throws {
        #expect(try Datum(yaml: Array(value.yaml.utf8)) == value, "\(value.yaml)")
    }

    @Test func writesAsPeopleDo() {
        let value: Datum = ["name": "com.x", "steps": [["run": "a\nb"], "two words"], "on": true, "port": "8080"]
        #expect(
            value.yaml
                == "name: com.x\nsteps:\n  - run: |-\n      a\n      b\n  - two words\non: true\nport: \"8080\"\n")
    }

    /// Whatever a value is made of, it comes back.
    @Test func randomValuesComeBack() throws {
        var chance = Chance(state: 7)
        for _ in 0..<3_000 {
            let value = chance.value(depth: 4)
            #expect(try Datum(yaml: Array(value.yaml.utf8)) == value, "\(value.yaml)")
        }
    }
}

private struct Chance {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
    }

    mutating func text() -> String {
        let letters = Array("ab1 .:-#\n'\"\\{}[]!&*é\t,|>%@?~_0xe+")
        return String((0..<below(8)).map { _ in letters[below(letters.count)] })
    }

    mutating func value(depth: Int) -> Datum {
        switch below(depth == 0 ? 5 : 8) {
        case 0: return .null
        case 1: return .bool(below(2) == 0)
        case 2: return .whole(below(2_000) - 1_000)
        case 3: return .number(Double(below(1_000)) / 8)
        case 4: return .text(text())
        case 5: return .list((0..<below(4)).map { _ in value(depth: depth - 1) })
        default: return .map(DatumMap((0..<below(4)).map { _ in (text(), value(depth: depth - 1)) }))
        }
    }
}
