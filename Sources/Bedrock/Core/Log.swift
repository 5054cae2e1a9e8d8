internal import Glibc

/// One line on stderr, in one write, so that lines of several processes never mix.
package enum Log {
    package static func line(_ text: String) {
        var line = "lineside: \(text)\n"
        line.withUTF8 { _ = unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
