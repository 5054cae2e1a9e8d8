internal import CArchive
package import Core
internal import Glibc

/// Unpacks a `model.tar.gz`, or refuses it whole: an archive comes from elsewhere, and may lie.
package enum ModelArchive {
    /// What an archive may cost.
    package struct Limits: Hashable, Sendable {
        package var bytesMax = 4 << 30
        package var filesMax = 10_000
        /// Unpacked bytes for each packed one; past this it is a bomb.
        package var ratioMax = 200
        /// Below this many unpacked bytes nobody asks for the ratio.
        package var ratioFreeBytes = 64 << 20
        package init() {}
    }

    private static let blockBytes = 64 << 10

    /// Unpacks regular files and folders into `folder`, which must exist. Anything else in the archive, and any path that
    /// would leave the folder, is refused, and the caller throws the folder away.
    package static func unpack(_ path: String, into folder: String, limits: Limits = Limits()) throws(Fault) {
        guard let archive = unsafe archive_read_new() else { throw Fault(.exhausted, "no memory to read \(path)") }
        defer { unsafe archive_read_free(archive) }
        unsafe archive_read_support_filter_all(archive)
        unsafe archive_read_support_format_tar(archive)
        unsafe archive_read_support_format_zip(archive)
        guard unsafe archive_read_open_filename(archive, path, blockBytes) == ARCHIVE_OK else {
            throw unsafe unreadable(path, archive)
        }
        var budget = Budget(limits: limits)
        while true {
            var entry: OpaquePointer?
            let status = unsafe archive_read_next_header(archive, &entry)
            if status == ARCHIVE_EOF { return }
            guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry = unsafe entry else {
                throw unsafe unreadable(path, archive)
            }
            unsafe try extract(entry, from: archive, path, into: folder, &budget)
        }
    }

    private static func unreadable(_ path: String, _ archive: OpaquePointer) -> Fault {
        let reason = unsafe archive_error_string(archive).map { unsafe String(cString: $0) } ?? "unknown format"
        return Fault(
            .invalid, "\(path) cannot be unpacked: \(reason)", hint: "make it with `tar -czf model.tar.gz model.onnx`")
    }

    private struct Budget {
        let limits: Limits
        var files = 0
        var bytes = 0

        mutating func addFile() throws(Fault) {
            files += 1
            guard files <= limits.filesMax else {
                throw Fault(.exhausted, "the archive holds more than \(limits.filesMax) entries")
            }
        }

        mutating func add(_ count: Int, packed: Int) throws(Fault) {
            bytes += count
            guard bytes <= limits.bytesMax else {
                throw Fault(.exhausted, "the archive unpacks to more than \(ByteSize(limits.bytesMax))")
            }
            guard bytes <= limits.ratioFreeBytes || bytes / max(1, packed) <= limits.ratioMax else {
                throw Fault(
                    .exhausted, "the archive unpacks to more than \(limits.ratioMax) times its size: refused as a bomb")
            }
        }
    }

    /// The path inside the folder, or a refusal.
    package static func safePath(_ name: String) throws(Fault) -> [String] {
        let parts = name.split(separator: "/", omittingEmptySubsequences: true).map(String.init).filter { $0 != "." }
        guard !name.hasPrefix("/"), !parts.contains(".."), !name.contains("\0") else {
            throw Fault(.invalid, "the archive holds the path \"\(name)\", which leaves its folder")
        }
        return parts
    }

    private static func extract(
        _ entry: OpaquePointer, from archive: OpaquePointer, _ path: String, into folder: String, _ budget: inout Budget
    ) throws(Fault) {
        let name = unsafe archive_entry_pathname(entry).map { unsafe String(cString: $0) } ?? ""
        let parts = try safePath(name)
        try budget.addFile()
        let isLink = unsafe archive_entry_hardlink(entry) != nil || archive_entry_symlink(entry) != nil
        let kind = unsafe UInt32(archive_entry_filetype(entry)) & S_IFMT
        guard !isLink, kind == S_IFREG || kind == S_IFDIR else {
            throw Fault(.invalid, "the archive holds \"\(name)\", which is neither a file nor a folder")
        }
        guard let last = parts.last else { return }
        var place = folder
        for part in kind == S_IFDIR ? parts[...] : parts.dropLast() {
            place += "/" + part
            guard unsafe mkdir(place, 0o755) == 0 || errno == EEXIST else { throw Fault.system("making \(place)") }
        }
        if kind == S_IFREG { unsafe try copy(archive, path, to: place + "/" + last, &budget) }
    }

    private static func copy(_ archive: OpaquePointer, _ path: String, to target: String, _ budget: inout Budget)
        throws(Fault)
    {
        let file = unsafe open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Fault.system("creating \(target)") }
        defer { close(file) }
        var block = [UInt8](repeating: 0, count: blockBytes)
        while true {
            let count = unsafe block.withUnsafeMutableBytes {
                unsafe archive_read_data(archive, $0.baseAddress, $0.count)
            }
            if count == 0 { return }
            guard count > 0 else { throw unsafe unreadable(path, archive) }
            unsafe try budget.add(count, packed: Int(archive_filter_bytes(archive, -1)))
            let written = unsafe block.withUnsafeBytes { unsafe write(file, $0.baseAddress, count) }
            guard written == count else { throw Fault.system("writing \(target)") }
        }
    }
}
