/// Why a document may not go on; the reader knows where.
struct XMLDoubt: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
