internal import CArchive
package import Core
internal import Glibc

/// Writes files into one tar file. The same files make the same bytes: no times, no owners.
@safe package final class FolderPacker {
    private let handle: OpaquePointer
    private let path: String

    package init(_ path: String) throws(Fault) {
        guard let handle = unsafe archive_write_new() else { throw Fault(.exhausted, "no memory to write \(path)") }
        unsafe self.handle = unsafe handle
        self.path = path
        unsafe archive_write_set_format_pax_restricted(handle)
        guard unsafe archive_write_open_filename(handle, path) == ARCHIVE_OK else { throw fault("creating") }
    }

    deinit { unsafe archive_write_free(handle) }

    package func add(_ name: String, _ bytes: [UInt8]) throws(Fault) {
        try begin(name, bytes.count)
        try unsafe bytes.withUnsafeBytes { bytes in
            Result { () throws(Fault) in unsafe try put(bytes) }
        }.get()
    }

    package func add(_ name: String, file: String) throws(Fault) {
        let input = unsafe open(file, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw Fault.system("opening \(file)") }
        defer { close(input) }
        var status = stat()
        guard unsafe fstat(input, &status) == 0 else { throw Fault.system("reading \(file)") }
        try begin(name, Int(status.st_size))
        var block = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = unsafe block.withUnsafeMutableBytes { unsafe read(input, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw Fault.system("reading \(file)") }
            if count == 0 { return }
            try unsafe block.withUnsafeBytes { bytes in
                Result { () throws(Fault) in
                    unsafe try put(UnsafeRawBufferPointer(rebasing: bytes.prefix(count)))
                }
            }.get()
        }
    }

    /// Nothing is whole before this.
    package func finish() throws(Fault) {
        guard unsafe archive_write_close(handle) == ARCHIVE_OK else { throw fault("ending") }
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Fault.system("opening \(path)") }
        defer { close(file) }
        guard fsync(file) == 0 else { throw Fault.system("writing \(path)") }
    }

    private func begin(_ name: String, _ bytes: Int) throws(Fault) {
        guard let entry = unsafe archive_entry_new() else { throw Fault(.exhausted, "no memory to write \(path)") }
        defer { unsafe archive_entry_free(entry) }
        let regular: UInt32 = S_IFREG
        unsafe archive_entry_set_pathname(entry, name)
        unsafe archive_entry_set_size(entry, Int64(bytes))
        unsafe archive_entry_set_filetype(entry, regular)
        unsafe archive_entry_set_perm(entry, 0o644)
        guard unsafe archive_write_header(handle, entry) == ARCHIVE_OK else { throw fault("writing") }
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
        guard unsafe archive_write_data(handle, bytes.baseAddress, bytes.count) == bytes.count else {
            throw fault("writing")
        }
    }

    private func fault(_ doing: String) -> Fault {
        let reason = unsafe archive_error_string(handle).map { unsafe String(cString: $0) } ?? "no reason given"
        return Fault(.system, "\(doing) \(path): \(reason)")
    }
}
