internal import Core
internal import Files
internal import Process

/// The demo detector: in this folder, or in the tree that the program was built in.
enum SampleRelease {
    static let name = "Samples/surfaces/1"

    static var path: String {
        if FileAccess.isFolder(name) { return name }
        var folder = (try? ProcessFacts.executablePath()) ?? ""
        while let slash = folder.lastIndex(of: "/"), slash != folder.startIndex {
            folder = String(folder[..<slash])
            if FileAccess.isFolder("\(folder)/\(name)") { return "\(folder)/\(name)" }
        }
        return name
    }
}
