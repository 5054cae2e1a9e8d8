internal import Core
internal import JSON

/// The best classes of a tensor in Triton's form "score:index:label": of each row where the first axis is a batch's,
/// otherwise of all its elements.
struct RankedClasses {
    let shape: [Int]
    let texts: [String]
    var byteCount: Int { texts.reduce(0) { $0 + 4 + $1.utf8.count } }

    init(_ tensor: AnswerTensor) {
        let rows = tensor.isBatched ? tensor.shape.first : nil
        let columns = rows == 0 ? 0 : tensor.elementCount / (rows ?? 1)
        let best = min(tensor.classes ?? 1, columns)
        let scores = ScoreTexts(tensor)
        texts = (0..<(rows ?? 1)).flatMap { row in
            scores.ranking(of: (row * columns)..<((row + 1) * columns)).prefix(best).map { element in
                let column = element - row * columns
                let label = column < tensor.labels.count ? ":" + tensor.labels[column] : ""
                return "\(scores.text(element)):\(column)\(label)"
            }
        }
        shape = (rows.map { [$0] } ?? []) + [best]
    }

    func append(to buffer: ByteBuffer) {
        for text in texts {
            let length = UInt32(text.utf8.count).littleEndian
            unsafe withUnsafeBytes(of: length) { unsafe buffer.append($0) }
            buffer.append(text)
        }
    }
}

/// A tensor's numbers, to be put in order and written as C++'s `to_string` writes them: whole ones with every digit,
/// others with six decimals and no exponent.
private enum ScoreTexts {
    case signed([Int64])
    case unsigned([UInt64])
    case fractions([Double])

    init(_ tensor: AnswerTensor) {
        let values = TensorValues(tensor)
        switch tensor.type {
        case .int8, .int16, .int32, .int64: self = .signed(values.integers)
        case .uint8, .uint16, .uint32, .uint64, .bool:
            self = .unsigned(values.integers.map { UInt64(bitPattern: $0) })
        case .float16, .bfloat16, .float32, .float64, .string: self = .fractions(values.doubles)
        }
    }

    /// Places in falling order of their values, equal ones as they stand, what is no number last.
    func ranking(of places: Range<Int>) -> [Int] {
        switch self {
        case .signed(let list): places.sorted { (list[$1], $0) < (list[$0], $1) }
        case .unsigned(let list): places.sorted { (list[$1], $0) < (list[$0], $1) }
        case .fractions(let list):
            places.filter { !list[$0].isNaN }.sorted { (list[$1], $0) < (list[$0], $1) }
                + places.filter { list[$0].isNaN }
        }
    }

    func text(_ place: Int) -> String {
        switch self {
        case .signed(let list): "\(list[place])"
        case .unsigned(let list): "\(list[place])"
        case .fractions(let list): sixDecimals(list[place])
        }
    }
}
