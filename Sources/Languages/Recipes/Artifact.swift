package import Crypto

/// A file that a component brings.
package struct Artifact: Hashable, Sendable {
    package enum Unarchive: String, CaseIterable, Hashable, Sendable { case none = "NONE", zip = "ZIP" }

    package enum Access: String, CaseIterable, Hashable, Sendable { case none = "NONE", owner = "OWNER", all = "ALL" }

    package let source: ArtifactSource
    /// Under the component's artifact folder. Of two artifacts no two names are alike.
    package var fileName: String
    package var digest: SHA256Digest?
    package var unarchive = Unarchive.none
    package var read = Access.owner
    package var execute = Access.none

    package init(source: ArtifactSource, fileName: String) {
        self.source = source
        self.fileName = fileName
    }

    /// The folder of its own into which an archive is unpacked.
    package var folderName: String {
        fileName.lowercased().hasSuffix(".zip") ? String(fileName.dropLast(4)) : fileName
    }
}
