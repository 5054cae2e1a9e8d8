import Core
import InferenceProtocol
import JSON
import Testing

/// [serve-v2-4]: the best classes of an output, in Triton's words.
@Suite struct ClassificationTests {
    private func ranked<Value: BitwiseCopyable>(
        _ values: [Value], _ type: ElementType, shape: [Int], best: Int, isBatched: Bool = false, labels: [String] = []
    ) -> String {
        let buffer = ByteBuffer()
        values.withUnsafeBytes { bytes in
            let tensor = AnswerTensor(
                name: "y", type: type, shape: shape, bytes: bytes, classes: best, labels: labels, isBatched: isBatched)
            _ = TensorAnswer(model: "m", version: "1", id: nil, tensors: [tensor]).write(to: buffer)
        }
        let text = buffer.text
        let start = text.end(of: #""datatype":"BYTES","#)
        return String(text[start...].dropLast(3))
    }

    @Test func wholeNumbersKeepEveryDigit() {
        #expect(
            ranked([1, 9_007_199_254_740_993, 9_007_199_254_740_992] as [Int64], .int64, shape: [1, 3], best: 2)
                == #""shape":[2],"data":["9007199254740993:1","9007199254740992:2"]"#)
        #expect(
            ranked([1, UInt64.max] as [UInt64], .uint64, shape: [2], best: 1)
                == #""shape":[1],"data":["18446744073709551615:1"]"#)
    }

    @Test func fractionsHaveSixDecimalsAndNoExponent() {
        #expect(
            ranked([1e30, 0.5, -1e-9, .nan, .infinity] as [Float], .float32, shape: [5], best: 5)
                == #""shape":[5],"data":["inf:4","1000000015047466219876688855040.000000:0","0.500000:1","-0.000000:2","nan:3"]"#
        )
    }

    @Test func onlyABatchIsRankedRowByRow() {
        let values: [Int32] = [3, 1, 2, 4]
        #expect(ranked(values, .int32, shape: [2, 2], best: 1) == #""shape":[1],"data":["4:3"]"#)
        #expect(
            ranked(values, .int32, shape: [2, 2], best: 9, isBatched: true, labels: ["a"])
                == #""shape":[2,2],"data":["3:0:a","1:1","4:1","2:0:a"]"#)
    }
}

extension String {
    /// Where the first `text` ends.
    fileprivate func end(of text: String) -> Index {
        var start = startIndex
        while start < endIndex, !self[start...].hasPrefix(text) { start = index(after: start) }
        return index(start, offsetBy: text.count, limitedBy: endIndex) ?? endIndex
    }
}
