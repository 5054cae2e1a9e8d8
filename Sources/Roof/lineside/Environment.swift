internal import Glibc

/// The process's environment, read once where it is needed and never changed.
enum Environment {
    static subscript(name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }
}
