internal import Core
internal import Files
internal import Process

/// The demo detector: in this folder, or in the tree that the program was built in.
enum SampleRelease {
    static let name = "Samples/surfaces/1"

    static var path: String {
        if FileAccess.isFolder(name) { return name }
        var folder = (try? ProcessFacts.executablePath()) ?? ""
        while folder.count > 1 {
            folder = PathName.folder(of: folder)
            if FileAccess.isFolder("\(folder)/\(name)") { return "\(folder)/\(name)" }
        }
        return name
    }
}
