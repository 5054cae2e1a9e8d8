/// Paths as names, without a look at the disk.
package enum PathName {
    /// What a path's last name is in: "." when the path has no folder of its own.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
