package import Core

/// Whether all of a deployment fits, asked before its first byte is fetched. Pure.
package struct Admission: Hashable, Sendable {
    /// What a file takes is rounded up to this.
    static let blockBytes = 4096
    /// For the record, the folders and what the file system notes for itself.
    static let slackBytes = 256 << 10

    /// Bytes that are still to come.
    package let neededBytes: Int
    package let freeBytes: Int
    package let reserveBytes: Int
    /// In the depot already, without what can be collected.
    package let usedBytes: Int
    package let bytesMax: Int?

    package func check() throws(Fault) {
        guard neededBytes > 0 else { return }
        if neededBytes + Self.slackBytes > freeBytes - reserveBytes {
            throw Fault(
                .diskFull, "the disk has no room for the deployment: \(sentence)",
                hint: "make room on the disk, or lower the reserve; nothing was fetched")
        }
        if let bytesMax, usedBytes + neededBytes > bytesMax {
            throw Fault(
                .exhausted, "the depot has no room for the deployment: \(sentence)",
                hint: "raise the depot's cap; nothing was fetched")
        }
    }

    private var sentence: String {
        let cap = bytesMax.map { ", the depot holds \(usedBytes) of at most \($0)" } ?? ""
        return "\(neededBytes) bytes are needed, \(freeBytes) are free, \(reserveBytes) of them are reserved\(cap)"
    }

    /// What a file of so many bytes takes on the disk.
    static func taken(_ bytes: Int) -> Int { (bytes + blockBytes - 1) / blockBytes * blockBytes }
}
