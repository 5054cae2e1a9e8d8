import ONNXFormat
import Testing

/// What becomes of bytes that are not a sound model: always an error with a place, never a crash.
@Suite struct MalformedTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let code: ONNXFormatError.Code
        let offset: Int
        let saying: String

        init(_ name: String, _ bytes: [UInt8], _ code: ONNXFormatError.Code, at offset: Int, saying: String) {
            testDescription = name
            self.bytes = bytes
            self.code = code
            self.offset = offset
            self.saying = saying
        }
    }

    static let strangers = [
        Case("nothing", [], .notONNX, at: 0, saying: "an empty file"),
        Case("text", Array("hello, model\n".utf8), .notONNX, at: 0, saying: "text"),
        Case("HTML", Array("<!doctype html>".utf8), .notONNX, at: 0, saying: "text"),
        Case("LFS", Array("version https://git-lfs.github.com/spec/v1".utf8), .notONNX, at: 0, saying: "lfs pull"),
        Case("zip", Array("PK\u{3}\u{4}".utf8) + [0, 0], .notONNX, at: 0, saying: "zip"),
        Case("gzip", [0x1F, 0x8B, 8, 0], .notONNX, at: 0, saying: "gzip"),
        Case("ORT", [0x18, 0, 0, 0] + Array("ORTM".utf8), .notONNX, at: 0, saying: "ORT format"),
        Case("TFLite", [0x1C, 0, 0, 0] + Array("TFL3".utf8), .notONNX, at: 0, saying: "TensorFlow Lite"),
    ]

    static let broken = [
        Case("number cut off", [0x08], .truncated, at: 1, saying: "cut off"),
        Case("tag cut off", [0x88], .truncated, at: 0, saying: "cut off"),
        Case(
            "number of eleven bytes", [0x08] + [UInt8](repeating: 0xFF, count: 10) + [1], .malformed, at: 1,
            saying: "longer than 64 bits"),
        Case(
            "number of 65 bits", [0x08] + [UInt8](repeating: 0xFF, count: 9) + [2], .malformed, at: 1,
            saying: "longer than 64 bits"),
        Case("length past the end", [0x12, 5, 0x61], .truncated, at: 2, saying: "5 bytes long but only 1 are left"),
        Case(
            "length beyond Int", [0x12] + [UInt8](repeating: 0xFF, count: 9) + [1], .truncated, at: 11,
            saying: "18446744073709551615 bytes long"),
        Case("fixed64 past the end", [0x09, 1, 2], .truncated, at: 1, saying: "8 bytes long"),
        Case("fixed32 past the end", [0x0D, 1], .truncated, at: 1, saying: "4 bytes long"),
        Case("field zero", [0x00, 0x01], .malformed, at: 0, saying: "field number 0"),
        Case(
            "field number beyond protobuf", Proto.varint(1 << 32) + [0], .malformed, at: 0,
            saying: "field number 536870912"),
        Case("group", [0x0B], .malformed, at: 0, saying: "wire type 3"),
        Case("wire type 7", [0x0F], .malformed, at: 0, saying: "wire type 7"),
        Case("number where bytes belong", Proto.number(2, 1), .malformed, at: 0, saying: "producer_name"),
        Case("bytes where a number belongs", Proto.text(1, "8"), .malformed, at: 0, saying: "ir_version"),
        Case("no ir_version", Proto.bytes(7, []), .missing, at: 2, saying: "ir_version"),
        Case("no graph", Proto.number(1, 8), .missing, at: 2, saying: "graph"),
    ]

    static let tensors = [
        Case("negative extent", model(dims: [-2]), .malformed, at: 6, saying: "negative extent -2"),
        Case("too many elements", model(dims: [Int.max, 3]), .limit, at: 6, saying: "more elements"),
        Case("too many bits", model(dims: [Int.max / 2]), .limit, at: 6, saying: "more bits"),
        Case(
            "external without a file", model(more: Sample.external(nil)), .malformed, at: 6,
            saying: "tensor \"w\" is stored outside the model but names no file"),
        Case("payload cut off", model(more: [0x4A, 100]), .truncated, at: 15, saying: "field 9 is 100 bytes long"),
    ]

    private static func model(dims: [Int] = [2], more: [UInt8] = []) -> [UInt8] {
        Sample.model(graph: Sample.initializer(dims: dims, more: more))
    }

    @Test(arguments: strangers + broken + tensors)
    func refuses(_ testCase: Case) {
        let error = #expect(throws: ONNXFormatError.self) { try ModelFile(parsing: testCase.bytes) }
        #expect(error?.code == testCase.code)
        #expect(error?.offset == testCase.offset)
        #expect(error?.message.contains(testCase.saying) == true, "\(error?.message ?? "no error")")
    }

    @Test func initializersThatOverflowTogetherAreRefused() {
        let half = Sample.initializer(type: 2, dims: [Int.max / 16])
        let graph = (0..<17).flatMap { _ in half }
        let error = #expect(throws: ONNXFormatError.self) { try ModelFile(parsing: Sample.model(graph: graph)) }
        #expect(error?.code == .limit)
    }

    @Test func absurdNestingIsRefused() {
        var graph = Sample.node("Add")
        for _ in 0..<2_000 { graph = Sample.node("If", attributes: Proto.message(5, Proto.bytes(6, graph))) }
        let error = #expect(throws: ONNXFormatError.self) { try ModelFile(parsing: Sample.model(graph: graph)) }
        #expect(error?.code == .limit)
        #expect(error?.message.contains("nested more than 100 deep") == true)
    }

    @Test func nestedTypesAreBoundedToo() {
        var type = Sample.tensorType(1, dims: nil)
        for _ in 0..<200 { type = Proto.message(4, Proto.bytes(1, type)) }
        let graph = Proto.message(12, Proto.text(1, "y"), Proto.bytes(2, type))
        #expect(throws: ONNXFormatError.self) { try ModelFile(parsing: Sample.model(graph: graph)) }
    }

    @Test func aTruncatedFileIsAnErrorAtAnyLength() throws {
        let graph = Sample.node("Add") + Sample.initializer() + Sample.input("x", dims: [Proto.text(2, "n")])
        // The graph comes last, so no shorter file holds a whole model.
        let whole = Proto.number(1, 8) + Proto.message(8, Proto.number(2, 17)) + Proto.bytes(7, graph)
        _ = try ModelFile(parsing: whole)
        for length in 0..<whole.count {
            let error = #expect(throws: ONNXFormatError.self) { try ModelFile(parsing: Array(whole[..<length])) }
            #expect((0...length).contains(error?.offset ?? -1))
        }
    }

    @Test func noByteOfARichModelCanCrashTheReader() {
        let whole = Sample.rich
        for index in whole.indices {
            _ = try? ModelFile(parsing: Array(whole[..<index]))
            for value in [0x00, 0x01, 0x7F, 0x80, 0xFF, whole[index] ^ 0x08, whole[index] &+ 1] as [UInt8] {
                var spoiled = whole
                spoiled[index] = value
                _ = try? ModelFile(parsing: spoiled)
            }
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func noiseNeverCrashesTheReader(_ seed: UInt64) {
        var state = seed
        for _ in 0..<500 {
            var noise: [UInt8] = []
            for _ in 0..<64 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                noise.append(UInt8(truncatingIfNeeded: state >> 56))
            }
            _ = try? ModelFile(parsing: noise)
            _ = try? ModelFile(parsing: Sample.model(graph: noise))
        }
    }
}
