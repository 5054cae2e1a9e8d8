internal import Glibc

extension Fault {
    /// What the last system call said, with what was being done.
    package static func system(_ doing: String, errno code: Int32? = nil, hint: String? = nil) -> Fault {
        Fault(.system, "\(doing): \(errorText(code ?? errno))", hint: hint)
    }

    private static func errorText(_ code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
