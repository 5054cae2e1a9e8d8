internal import CArchive
package import Core
internal import Glibc

/// A folder in one tar file, read where it lies: nothing is unpacked.
package struct PackedFolder: Hashable, Sendable {
    package let path: String
    private static let blockBytes = 256 << 10

    package struct Entry: Hashable, Sendable {
        package let name: String
        package let bytes: Int
    }

    package init(_ path: String) { self.path = path }

    /// The files in it, in their order.
    package func entries() throws(Fault) -> [Entry] {
        var entries: [Entry] = []
        _ = try walk { entry, _ throws(Fault) in
            entries.append(entry)
            return true
        }
        return entries
    }

    /// Hands a file's bytes over, piece by piece; false when there is no such file. The first of a name counts.
    package func read(
        _ name: String, take: (_ entry: Entry, _ bytes: UnsafeRawBufferPointer) throws(Fault) -> Void
    ) throws(Fault) -> Bool {
        try walk { entry, archive throws(Fault) in
            guard entry.name == name else { return true }
            var block = [UInt8](repeating: 0, count: Self.blockBytes)
            while true {
                let count = unsafe block.withUnsafeMutableBytes {
                    unsafe archive_read_data(archive.handle, $0.baseAddress, $0.count)
                }
                if count == 0 { return false }
                guard count > 0 else { throw archive.unreadable(path) }
                let bytes = Array(block.prefix(count))
                let result = unsafe bytes.withUnsafeBytes { bytes in
                    Result { () throws(Fault) in unsafe try take(entry, bytes) }
                }
                try result.get()
            }
        }
    }

    /// Visits regular files until `body` says that it is enough; says whether it did.
    private func walk(_ body: (Entry, ArchiveHandle) throws(Fault) -> Bool) throws(Fault) -> Bool {
        let archive = try ArchiveHandle(reading: path)
        while true {
            var header: OpaquePointer?
            let status = unsafe archive_read_next_header(archive.handle, &header)
            if status == ARCHIVE_EOF { return false }
            guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let header = unsafe header else {
                throw archive.unreadable(path)
            }
            guard unsafe UInt32(archive_entry_filetype(header)) & S_IFMT == S_IFREG,
                let name = unsafe archive_entry_pathname(header)
            else { continue }
            let entry = unsafe Entry(name: String(cString: name), bytes: Int(archive_entry_size(header)))
            if try !body(entry, archive) { return true }
        }
    }
}

/// An archive that is being read, closed exactly once.
@safe final class ArchiveHandle {
    let handle: OpaquePointer

    init(reading path: String) throws(Fault) {
        guard let handle = unsafe archive_read_new() else { throw Fault(.exhausted, "no memory to read \(path)") }
        unsafe self.handle = unsafe handle
        unsafe archive_read_support_format_tar(handle)
        guard unsafe archive_read_open_filename(handle, path, 64 << 10) == ARCHIVE_OK else { throw unreadable(path) }
    }

    deinit { unsafe archive_read_free(handle) }

    func unreadable(_ path: String) -> Fault {
        let reason = unsafe archive_error_string(handle).map { unsafe String(cString: $0) } ?? "not a tar file"
        return Fault(.invalid, "\(path) cannot be read: \(reason)")
    }
}
