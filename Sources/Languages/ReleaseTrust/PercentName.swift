internal import Core

/// Names of roles and targets as names of files.
package enum PercentName {
    /// One file's name in one folder, never hidden and never the folder above.
    package static func file(_ text: String) -> String {
        let name = PercentText.encoded(text)
        return name.hasPrefix(".") ? "%2E" + name.dropFirst() : name
    }
}
