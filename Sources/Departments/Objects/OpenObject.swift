package import Core
package import HTTP
internal import Records

/// The bytes of an object, or a range of them, for somebody whom the house itself has let in.
///
/// Concurrency: made by a worker, handed over once to the reactor that sends it.
package final class OpenObject: @unchecked Sendable {
    private let range: Range<Int>
    private let size: Int
    private let isPart: Bool
    private let reader: BlobReader

    fileprivate init(_ reader: BlobReader, _ range: Range<Int>, of size: Int, isPart: Bool) {
        self.reader = reader
        self.range = range
        self.size = size
        self.isPart = isPart
    }

    package func send(on exchange: Exchange) {
        var fields = [("Accept-Ranges", "bytes")]
        if isPart { fields.append(("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)")) }
        exchange.respond(
            Status(rawValue: isPart ? 206 : 200), "application/octet-stream", fields: fields, length: range.count,
            from: reader)
    }
}

extension ObjectsDesk {
    /// The newest version; `asked` is a Range field.
    package func open(_ key: String, in bucket: String, range asked: String?) throws(ServiceProblem) -> OpenObject {
        let object = try ObjectRows.find(self, bucket, key, version: nil)
        let part = try asked.flatMap { text throws(ServiceProblem) in try ByteRange.read(text, of: object.size) }
        let range = part ?? 0..<object.size
        do throws(Fault) {
            return OpenObject(
                try BlobReader(object.blobs, range, in: blobs), range, of: object.size, isPart: part != nil)
        } catch { throw error.code == .notFound ? ObjectProblem.overtaken : ServiceProblem(error) }
    }
}
