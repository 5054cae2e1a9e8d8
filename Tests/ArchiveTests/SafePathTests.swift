import Archive
import Core
import Testing

@Suite struct SafePathTests {
    @Test(arguments: [("model.onnx", ["model.onnx"]), ("./a/b", ["a", "b"]), ("a//b/", ["a", "b"]), (".", [])])
    func accepts(_ name: String, _ parts: [String]) throws { #expect(try ModelArchive.safePath(name) == parts) }

    /// C06: nothing is written outside.
    @Test(arguments: ["../evil", "a/../../evil", "/etc/passwd", "a/..", "a\0b"])
    func refuses(_ name: String) { #expect(throws: Fault.self) { try ModelArchive.safePath(name) } }
}
