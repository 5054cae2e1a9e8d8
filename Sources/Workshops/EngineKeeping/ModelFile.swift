package import Core

/// Where one version of a model lies.
package struct ModelFile: Hashable, Sendable {
    package let name: ModelName
    package let version: Int
    package let path: String
    /// nil when nobody wrote any.
    package let metadataPath: String?

    package init(name: ModelName, version: Int, path: String, metadataPath: String?) {
        self.name = name
        self.version = version
        self.path = path
        self.metadataPath = metadataPath
    }
}
