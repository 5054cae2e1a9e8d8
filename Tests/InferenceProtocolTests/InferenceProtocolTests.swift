import Core
import InferenceProtocol
import JSON
import Testing

/// Parses and hands on, because nodes live only as long as their document.
private func withJSON<Result>(_ text: String, _ body: (JSONNode) throws -> Result) throws -> Result {
    let document = JSONDocument()
    return try body(try document.parse(Array(text.utf8)))
}

@Suite struct InspectionRequestTests {
    struct Case: Sendable { let text: String; let issues: [String] }

    @Test(arguments: [
        Case(text: #"{"tensor":[0,1,0.5,1]}"#, issues: []),
        Case(
            text: #"{"tensor":[0,1,0.5]}"#,
            issues: ["too_short: List should have at least 4 items after validation, not 3"]),
        Case(
            text: #"{"tensor":[0,1,0.5,1,1]}"#,
            issues: ["too_long: List should have at most 4 items after validation, not 5"]),
        Case(text: #"{"tensor":[0,1,"x",1]}"#, issues: ["float_type: Input should be a valid number"]),
        Case(
            text: #"{"tensor":7,"threshold":2}"#,
            issues: [
                "list_type: Input should be a valid list", "less_than_equal: Input should be less than or equal to 1",
            ]),
        Case(text: "{}", issues: ["missing: Field required"]),
        Case(
            text: #"{"tensor":[0,0,0,0],"threshold":-0.01}"#,
            issues: ["greater_than_equal: Input should be greater than or equal to 0"]),
        Case(
            text: #"{"tensor":[0,0,0,0],"correlation_id":5}"#, issues: ["string_type: Input should be a valid string"]),
        Case(
            text: "[]",
            issues: ["model_attributes_type: Input should be a valid dictionary or object to extract fields from"]),
    ])
    func namesEveryIssue(_ testCase: Case) throws {
        let found = try withJSON(testCase.text) { root in
            do throws(ValidationIssues) {
                _ = try InspectionRequest(root, elementCount: 4)
                return [String]()
            } catch { return error.list.map { "\($0.type): \($0.message)" } }
        }
        #expect(found == testCase.issues)
    }

    /// D11: counted in characters, as Python counts.
    @Test(arguments: [(128, true), (129, false)])
    func measuresTheCorrelationID(_ count: Int, _ fits: Bool) {
        #expect((InspectionTerms.issue(correlation: String(repeating: "é", count: count), at: []) == nil) == fits)
    }

    /// D09 Z2: NaN passes every comparison and must not pass here.
    @Test(
        arguments: [(0, 1, true), (0, 1.0001, false), (-0.1, 1, false), (.nan, .nan, false)] as [(Float, Float, Bool)])
    func holdsBounds(_ least: Float, _ greatest: Float, _ fits: Bool) {
        #expect((ValidationIssue.bounds(least: least, greatest: greatest, from: 0, to: 1) == nil) == fits)
    }

    @Test func saysTheSeedsSentence() {
        let issue = ValidationIssue.bounds(least: 0, greatest: 1.0001, from: 0, to: 1)
        #expect(
            issue?.message
                == "Value error, Tensor values must be in [0.0, 1.0]; got min=0.0000, max=1.0001. Ensure preprocessing normalization matches training."
        )
    }
}

@Suite struct InvocationRequestTests {
    /// C11, in the words of the recipe's container.
    @Test(arguments: [
        (#"{"rows":[]}"#, "Input must contain \"instances\" key"),
        (#"{"instances":5}"#, "Invalid input: Input must be a list of feature arrays"),
        (#"{"instances":[[1,2,3]]}"#, "Invalid input: Instance 0 must have exactly 4 features"),
        (#"{"instances":[[1,2,3,4],[1]]}"#, "Invalid input: Instance 1 must have exactly 4 features"),
        (#"{"instances":[[1,2,3,"4"]]}"#, "Invalid input: Instance 0 contains non-numeric values"),
        (#"{"instances":[[1,2,3,[4]]]}"#, "Invalid input: Instance 0 contains non-numeric values"),
        (#"{"instances":[1,2,3,4]}"#, "Invalid input: Instance 0 must have exactly 4 features"),
        (#"{"instances":[[1,2,3,NaN]]}"#, "Invalid input: Instance 0 contains values that are not finite numbers"),
    ])
    func refuses(_ text: String, _ message: String) throws {
        let refusal = try withJSON(text) { root in
            do throws(InvocationRequest.Refusal) {
                _ = try InvocationRequest(json: root, features: 4, mayNest: false)
                return ""
            } catch { return error.message }
        }
        #expect(refusal == message)
    }

    @Test func readsRowsAsTheyWereSent() throws {
        let request = try withJSON(#"{"instances":[[5.1,3.5,1.4,0.2],[true,0,1,2]]}"#) {
            try InvocationRequest(json: $0, features: 4, mayNest: false)
        }
        #expect(request.rows == 2 && request.values == [5.1, 3.5, 1.4, 0.2, 1, 0, 1, 2])
    }

    @Test func readsCSV() throws {
        let request = try InvocationRequest(csv: "5.1, 3.5,1.4,0.2\r\n\n1,2,3,4\n", features: 4)
        #expect(request.rows == 2 && request.values.last == 4)
        #expect(throws: InvocationRequest.Refusal.self) { try InvocationRequest(csv: "a,b,c,d", features: 4) }
        #expect(throws: InvocationRequest.Refusal.self) { try InvocationRequest(csv: "", features: 4) }
        for cell in ["5.1 3", "0x1p3", "1_0", " "] {
            #expect(throws: InvocationRequest.invalid("Instance 0 contains non-numeric values")) {
                try InvocationRequest(csv: "\t7 ,\(cell)", features: 2)
            }
        }
    }
}

@Suite struct TensorTextTests {
    private func bytes(_ text: String, _ type: ElementType, _ shape: [Int]) throws -> [UInt8] {
        try withJSON(text) { node in
            let tensor = try TensorText(node, type: type, shape: shape, name: "x")
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, tensor.byteCount), alignment: 8)
            defer { memory.deallocate() }
            guard let start = memory.baseAddress else { return [] }
            try tensor.write(to: start)
            return Array(memory.prefix(tensor.byteCount))
        }
    }

    @Test(
        arguments: [
            ("[1,2,255]", ElementType.uint8, [3], [1, 2, 255]),
            ("[[1],[2]]", .int16, [2, 1], [1, 0, 2, 0]),
            ("[true,false]", .bool, [2], [1, 0]),
            ("[1,0]", .bool, [2], [1, 0]),
            ("[1.0]", .float32, [1], [0, 0, 128, 63]),
            ("[1.5]", .float16, [1], [0, 62]),
            ("[1.5]", .bfloat16, [1], [192, 63]),
            ("[\"ab\",\"\"]", .string, [2], [2, 0, 0, 0, 97, 98, 0, 0, 0, 0]),
            ("[]", .float32, [0], []),
        ] as [(String, ElementType, [Int], [UInt8])])
    func writes(_ text: String, _ type: ElementType, _ shape: [Int], _ expected: [UInt8]) throws {
        #expect(try bytes(text, type, shape) == expected)
    }

    @Test(
        arguments: [
            ("[1,2]", ElementType.uint8, [3]), ("[256]", .uint8, [1]), ("[1.5]", .int32, [1]), ("[\"x\"]", .int32, [1]),
            ("[[1,2],[3]]", .int32, [2, 2]), ("[[[1]]]", .int32, [1, 1]), ("[2]", .bool, [1]), ("[1]", .string, [1]),
            ("[-1]", .uint64, [1]), ("[1]", .float32, [Int.max, 4]), ("[[1],2]", .int32, [2, 1]),
        ] as [(String, ElementType, [Int])])
    func refuses(_ text: String, _ type: ElementType, _ shape: [Int]) {
        #expect(throws: Fault.self) { try bytes(text, type, shape) }
    }
}

@Suite struct TensorRequestTests {
    @Test(arguments: [
        "[]", "{}", #"{"inputs":[]}"#, #"{"inputs":[{"name":"x"}]}"#, #"{"inputs":[5]}"#,
        #"{"inputs":[{"name":"x","datatype":"FP99","shape":[1],"data":[1]}]}"#,
        #"{"inputs":[{"name":"x","datatype":"FP32","shape":[-1],"data":[1]}]}"#,
        #"{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":-1}}]}"#,
        #"{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":99}}]}"#,
        #"{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}],"id":7}"#,
    ])
    func refuses(_ text: String) throws {
        let refused = try withJSON(text) { root in (try? TensorRequest(root, binary: 100..<110)) == nil }
        #expect(refused)
    }

    @Test func findsBinaryTensorsInOrder() throws {
        let text =
            #"{"id":"a","inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}},{"name":"y","datatype":"UINT8","shape":[6],"parameters":{"binary_data_size":6}}],"parameters":{"binary_data_output":true,"timeout":500}}"#
        try withJSON(text) { root in
            let request = try TensorRequest(root, binary: 100..<110)
            let ranges = request.inputs.compactMap { input -> Range<Int>? in
                if case .binary(let range) = input.source { range } else { nil }
            }
            #expect(
                ranges == [100..<104, 104..<110] && request.prefersBinary && request.timeoutMicroseconds == 500
                    && request.id == "a")
        }
    }

    @Test func bytesThatBelongToNobodyAreRefused() throws {
        let text = #"{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}"#
        let refused = try withJSON(text) { (try? TensorRequest($0, binary: 0..<4)) == nil }
        #expect(refused)
    }
}

@Suite struct ModelMetadataTests {
    private static let graph = ModelSignature(
        inputs: [Port(name: "image", type: .float32, shape: [1, 3, 512, 512])],
        outputs: [Port(name: "score", type: .float32, shape: [1, 3])])

    /// A12: refused, naming both.
    @Test(
        arguments: [
            (#"{"input_shape":[1,3,512,512]}"#, nil),
            (#"{"input_shape":[-1,3,512,512],"output_classes":["a","b","c"]}"#, nil),
            (#"{"input_shape":[1,3,224,224]}"#, "[1, 3, 512, 512]"), (#"{"output_classes":["a","b"]}"#, "2"),
            (#"{"feature_names":["a"]}"#, "512"),
        ] as [(String, String?)])
    func isHeldAgainstTheGraph(_ text: String, _ named: String?) throws {
        let metadata = try ModelMetadata(parsing: Array(text.utf8), file: "metadata.json")
        if let named {
            let fault = #expect(throws: Fault.self) { try metadata.check(against: Self.graph, model: "m") }
            #expect(fault?.message.contains(named) == true)
        } else {
            try metadata.check(against: Self.graph, model: "m")
        }
    }

    @Test(arguments: [
        "", "[]", #"{"threshold":2}"#, #"{"output_classes":[1]}"#, #"{"input_shape":"x"}"#,
        #"{"tensor_min":1,"tensor_max":0}"#,
    ])
    func refuses(_ text: String) {
        #expect(throws: Fault.self) { try ModelMetadata(parsing: Array(text.utf8), file: "metadata.json") }
    }
}
