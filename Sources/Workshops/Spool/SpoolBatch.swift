internal import AWSEvents

/// Events that are sent in one request.
struct SpoolBatch: Hashable, Sendable {
    struct Item: Hashable, Sendable {
        let seq: Int64
        let id: String
        let rank: SpoolRank
        let wall: Int64
        let attempts: Int
        let body: [UInt8]
    }

    var items: [Item] = []
    private var weight = 0

    var isEmpty: Bool { items.isEmpty }

    /// Takes one more unless the request would become too heavy.
    mutating func add(_ item: Item, weight: Int) -> Bool {
        guard items.isEmpty || self.weight + weight <= PutEvents.weightMax else { return false }
        items.append(item)
        self.weight += weight
        return true
    }

    var request: [UInt8] { PutEvents.request(items.map(\.body)) }
}
