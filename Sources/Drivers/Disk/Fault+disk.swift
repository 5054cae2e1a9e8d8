package import Core
internal import Glibc

extension Fault {
    /// What the disk said to the last call, so that a full one and a dying one can be told from the rest.
    package static func disk(_ doing: String, errno code: Int32? = nil) -> Fault {
        let reason = code ?? errno
        let plain = Fault.system(doing, errno: reason)
        switch reason {
        case ENOSPC, EDQUOT:
            return Fault(.diskFull, plain.message, hint: "make room on the disk; what was there before is untouched")
        case EIO, EROFS:
            return Fault(.diskFailing, plain.message, hint: "look at the kernel's log: the disk may be dying")
        case ENOENT:
            return Fault(.notFound, plain.message)
        default:
            return plain
        }
    }
}
