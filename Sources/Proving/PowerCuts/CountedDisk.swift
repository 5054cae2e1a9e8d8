package import Core
package import Disk

/// Every change of a disk, counted on the way.
package final class CountedDisk: Disk {
    private let disk: any Disk
    private let steps: StepCounter

    package init(_ disk: any Disk, _ steps: StepCounter) {
        self.disk = disk
        self.steps = steps
    }

    package func makeFolder(_ path: String) throws(Fault) {
        try steps.pass("mkdir \(path)")
        try disk.makeFolder(path)
    }

    package func open(_ path: String, at offset: Int) throws(Fault) -> DiskFile {
        try steps.pass("open \(path) at \(offset)")
        return try disk.open(path, at: offset)
    }

    package func write(_ bytes: [UInt8], to file: DiskFile) throws(Fault) {
        try steps.pass("write \(bytes.count) bytes")
        try disk.write(bytes, to: file)
    }

    package func flush(_ file: DiskFile) throws(Fault) {
        try steps.pass("fsync")
        try disk.flush(file)
    }

    package func rename(_ path: String, to other: String) throws(Fault) {
        try steps.pass("rename \(path) to \(other)")
        try disk.rename(path, to: other)
    }

    package func flushFolder(_ path: String) throws(Fault) {
        try steps.pass("fsync folder \(path)")
        try disk.flushFolder(path)
    }

    package func unlink(_ path: String) throws(Fault) {
        try steps.pass("unlink \(path)")
        try disk.unlink(path)
    }

    package func removeFolder(_ path: String) throws(Fault) {
        try steps.pass("rmdir \(path)")
        try disk.removeFolder(path)
    }

    package func claim(_ path: String) throws(Fault) { try disk.claim(path) }
    package func close(_ file: DiskFile) { disk.close(file) }
    package func read(_ path: String, from offset: Int, atMost count: Int) throws(Fault) -> [UInt8] {
        try disk.read(path, from: offset, atMost: count)
    }
    package func length(of path: String) -> Int? { disk.length(of: path) }
    package func names(in folder: String) throws(Fault) -> [String] { try disk.names(in: folder) }
    package func freeBytes(in folder: String) throws(Fault) -> Int { try disk.freeBytes(in: folder) }
}
