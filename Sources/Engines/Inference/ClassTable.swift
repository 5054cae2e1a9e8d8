internal import Core
internal import Link

/// A classifier's answer: for each row a probability for each class. Lent, like the slot that it lies in.
@safe struct ClassTable {
    let names: [String]
    private let labels: SlotTensor
    private let floats: UnsafeMutableBufferPointer<Float>
    /// Labels count columns from 0; others are the model's own numbers and say nothing of places.
    private var labelsAreColumns = false

    /// nil when the outputs are no labels and probabilities: a count beside coordinates looks much the same.
    init?(_ outputs: [SlotTensor], rows: Int, names: [String]?) {
        guard let labels = outputs.first(where: { $0.type == .int64 && $0.elementCount == rows }),
            let scores = outputs.first(where: {
                $0.type == .float32 && $0.rank == 2 && $0.dimension(0) == rows && $0.dimension(1) > 0
            }), let floats = unsafe scores.floats
        else { return nil }
        let columns = scores.dimension(1)
        let named = names.flatMap { $0.count == columns ? $0 : nil }
        unsafe self.floats = unsafe floats
        self.labels = labels
        self.names = named ?? (0..<columns).map { "class_\($0)" }
        guard named != nil || (0..<rows).allSatisfy(isDistribution) else { return nil }
        labelsAreColumns = (0..<rows).allSatisfy { row in
            let label = label(row)
            return self.names.indices.contains(label) && probability(row, label) == probability(row, likeliest(row))
        }
    }

    /// The column of the likeliest class of a row; the model's own choice where several are equally likely.
    func best(of row: Int) -> Int { labelsAreColumns ? label(row) : likeliest(row) }

    func probability(_ row: Int, _ column: Int) -> Float { unsafe floats[row * names.count + column] }

    private func label(_ row: Int) -> Int {
        unsafe Int(labels.bytes.loadUnaligned(fromByteOffset: row * 8, as: Int64.self))
    }

    /// The first of the likeliest columns.
    private func likeliest(_ row: Int) -> Int {
        names.indices.reduce(0) { probability(row, $1) > probability(row, $0) ? $1 : $0 }
    }

    /// Whether a row's values are shares of a whole, as far as float32 can tell.
    private func isDistribution(_ row: Int) -> Bool {
        let shares = names.indices.map { probability(row, $0) }
        return shares.allSatisfy { $0 >= 0 && $0 <= 1.001 } && abs(shares.reduce(0, +) - 1) < 0.01
    }
}
