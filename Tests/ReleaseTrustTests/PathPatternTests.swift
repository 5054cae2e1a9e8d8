import Testing

@testable import ReleaseTrust

@Suite struct PathPatternTests {
    @Test(arguments: [
        ("*", "a"), ("*", ""), ("*.onnx", "m.onnx"), ("a/*/c", "a/b/c"), ("a?c", "abc"), ("a[bc]d", "acd"),
        ("a[!bc]d", "axd"),
        ("[a-c]", "b"), ("a*b*c", "aXbYc"), ("a*bc", "abcbc"), ("line-4/*", "line-4/m"), ("[", "["), ("a]", "a]"),
        ("**", "x"),
    ])
    func matches(_ pattern: String, _ path: String) { #expect(PathPattern(pattern).matches(path)) }

    @Test(arguments: [
        ("*", "a/b"), ("*.onnx", "m.onnx.bak"), ("a/*/c", "a/b/b/c"), ("a?c", "a/c"), ("a[bc]d", "axd"),
        ("a[!bc]d", "abd"),
        ("[a-c]", "d"), ("line-4/*", "line-4"), ("line-4/*", "line-4/a/b"), ("", "a"), ("A", "a"), ("a*b", "acbd"),
    ])
    func leaves(_ pattern: String, _ path: String) { #expect(!PathPattern(pattern).matches(path)) }
}

@Suite struct NameTests {
    @Test(arguments: [
        ("a/b", "a%2Fb"), ("..", "%2E."), (".hidden", "%2Ehidden"), ("a b%?#", "a%20b%25%3F%23"), ("ä", "%C3%A4"),
        ("../x", "%2E.%2Fx"), ("line-4_a~.onnx", "line-4_a~.onnx"),
    ])
    func fileNamesStayInTheirFolder(_ name: String, _ file: String) { #expect(PercentName.file(name) == file) }

    @Test(arguments: ["", "/a", "a/", "a//b", "../a", "a/./b", "a/../b", "a\nb", String(repeating: "x", count: 1_025)])
    func targetsHavePlainNames(_ name: String) { #expect(throws: (any Error).self) { try TargetName(parsing: name) } }

    @Test func consistentNames() throws {
        #expect(try TargetName(parsing: "a/b.onnx").path(prefix: "ff") == "a/ff.b.onnx")
        #expect(try TargetName(parsing: "b").path(prefix: "ff") == "ff.b")
        let wanted = WantedFile(role: "a/b", version: 3, bytesMax: 1)
        #expect(wanted.name(isConsistent: true) == "3.a%2Fb.json" && wanted.name(isConsistent: false) == "a%2Fb.json")
    }
}
