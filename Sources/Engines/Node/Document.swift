package import Core
internal import Crypto
package import Depot
internal import JSON

/// A document of the node's store says of itself what it is.
package enum Document {
    static func datum(_ bytes: [UInt8], kind: String) throws(Fault) -> Datum {
        let datum = try Datum(json: bytes, named: "a document")
        guard datum["lineside"]?.text == kind else {
            throw Fault(.invalid, "a document of kind \(datum["lineside"]?.text ?? "none") is not one of kind \(kind)")
        }
        return datum
    }

    /// What any document of ours refers to: how the depot knows what may go.
    package static func references(of bytes: [UInt8]) throws(Fault) -> [BlobReference] {
        switch (try? Datum(json: bytes))?["lineside"]?.text {
        case Generation.kind: return try Generation(bytes).files.map(\.blob)
        case ReleaseIndex.kind: return try ReleaseIndex(bytes).files.map(\.blob)
        // Recipes and small files come along with the documents that name them.
        case nil: return []
        case let kind?:
            throw Fault(
                .invalid, "nobody knows a document of kind \(kind)", hint: "a newer program wrote it: run that one")
        }
    }
}
