internal import CSQLite
package import Core
internal import Glibc

extension Fault.Code {
    /// A row breaks a rule of its table.
    package static let constraint = Fault.Code(rawValue: "constraint")
}

extension Fault {
    /// SQLite's own words, with the file and what was being done; bound values stay out of it.
    static func sqlite(_ status: Int32, on handle: OpaquePointer?, _ path: String, while doing: String = "") -> Fault {
        let text = unsafe String(cString: handle == nil ? sqlite3_errstr(status) : sqlite3_errmsg(handle))
        let reason = unsafe handle == nil ? 0 : sqlite3_system_errno(handle)
        let code = code(status, errno: reason)
        let place = doing.isEmpty ? "" : ", while \(doing)"
        return Fault(code, "\(path): \(text) (SQLite error \(status))\(place)", hint: hint(status, code))
    }

    private static func code(_ status: Int32, errno reason: Int32) -> Code {
        // > The least significant 8 bits of the result code define a broad category and are called the "primary result
        // > code". <https://www.sqlite.org/rescode.html>
        switch status & 0xff {
        case SQLITE_FULL: return .diskFull
        // A full disk is sometimes found out only when the file is extended or flushed.
        case SQLITE_IOERR where [ENOSPC, EDQUOT, EFBIG].contains(reason): return .diskFull
        case SQLITE_IOERR: return .diskFailing
        case SQLITE_CANTOPEN where [ENOSPC, EDQUOT].contains(reason): return .diskFull
        case SQLITE_CANTOPEN: return reason == ENOENT ? .notFound : .system
        case SQLITE_CORRUPT, SQLITE_NOTADB: return .damaged
        case SQLITE_BUSY, SQLITE_LOCKED: return .busy
        case SQLITE_CONSTRAINT: return .constraint
        case SQLITE_NOMEM, SQLITE_TOOBIG: return .exhausted
        default: return .system
        }
    }

    private static func hint(_ status: Int32, _ code: Code) -> String? {
        // A reader cannot undo what a writer left half done when it was killed.
        if status & 0xff == SQLITE_READONLY, status != SQLITE_READONLY {
            return "open it once for writing, as the program does that it belongs to: it is put in order then"
        }
        return switch code {
        case .diskFull: "make room on that disk"
        case .diskFailing: "look at the kernel's log: the disk may be dying"
        case .damaged: "keep the file as it is, and go on with a copy or a new one"
        case .busy: "another program writes to it; stop that one first"
        case .notFound, .system: "look whether the folder is there and may be written by this user"
        default: nil
        }
    }
}
