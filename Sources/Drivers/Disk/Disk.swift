package import Core

/// What a store asks of a file system, one durable step at a time: whoever stands in between can number, cut or refuse every step.
package protocol Disk: AnyObject {
    /// Takes the place for one owner: another process is refused until this one lets go or ends.
    func claim(_ path: String) throws(Fault)

    /// One that is there already is fine.
    func makeFolder(_ path: String) throws(Fault)
    /// Opens a file for writing from `offset` on: a missing one is made, what lies behind the offset is cut off.
    func open(_ path: String, at offset: Int) throws(Fault) -> DiskFile
    func write(_ bytes: [UInt8], to file: DiskFile) throws(Fault)
    /// Comes back when the bytes are where a power cut does not reach them; the file's name is another matter (`flushFolder`).
    func flush(_ file: DiskFile) throws(Fault)
    func close(_ file: DiskFile)
    func rename(_ path: String, to other: String) throws(Fault)
    /// The same for the names in a folder.
    func flushFolder(_ path: String) throws(Fault)
    func unlink(_ path: String) throws(Fault)
    func removeFolder(_ path: String) throws(Fault)

    /// Fewer bytes than asked for only at the end of the file.
    func read(_ path: String, from offset: Int, atMost count: Int) throws(Fault) -> [UInt8]
    /// Nil when there is no such file.
    func length(of path: String) -> Int?
    /// Sorted, all of them.
    func names(in folder: String) throws(Fault) -> [String]
    func freeBytes(in folder: String) throws(Fault) -> Int
}

/// A file that a disk has open for writing; only that disk knows what the number means.
package struct DiskFile: Hashable, Sendable {
    package let number: Int32
    package init(number: Int32) { self.number = number }
}
