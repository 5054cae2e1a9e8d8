import Core
import Files
import Glibc

extension FileAccess {
    static func removeSpool(_ folder: String) {
        for name in (try? names(in: folder, hidden: true)) ?? [] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }
}
