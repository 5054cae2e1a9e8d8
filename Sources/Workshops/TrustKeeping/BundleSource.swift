package import Archive
package import Core

/// A repository in one file, as it comes on a USB stick: `metadata/` and `targets/` in a tar. Believed no more than any
/// other source.
package struct BundleSource: ReleaseSource {
    package let packed: PackedFolder

    package init(_ path: String) { packed = PackedFolder(path) }

    package func metadata(_ name: String, bytesMax: Int) throws(Fault) -> [UInt8]? {
        var bytes: [UInt8] = []
        let isThere = unsafe try packed.read("metadata/\(name)") { entry, piece throws(Fault) in
            guard entry.bytes <= bytesMax, bytes.count + piece.count <= bytesMax else {
                throw Fault(.exhausted, "\(entry.name) is longer than \(bytesMax) bytes")
            }
            unsafe bytes.append(contentsOf: piece)
        }
        return isThere ? bytes : nil
    }

    package func target(
        _ path: String, bytesMax: Int, from offset: Int,
        take: @escaping (UnsafeRawBufferPointer, Int) throws(Fault) -> Void
    ) throws(Fault) {
        var place = 0
        let isThere = unsafe try packed.read("targets/\(path)") { entry, piece throws(Fault) in
            guard entry.bytes <= bytesMax, place + piece.count <= bytesMax else {
                throw Fault(.exhausted, "\(entry.name) is longer than \(bytesMax) bytes")
            }
            let skipped = min(max(0, offset - place), piece.count)
            place += skipped
            guard skipped < piece.count else { return }
            unsafe try take(UnsafeRawBufferPointer(rebasing: piece[skipped...]), place)
            place += piece.count - skipped
        }
        guard isThere else {
            throw Fault(.notFound, "the bundle has no targets/\(path)", hint: "make one that holds it")
        }
    }
}
