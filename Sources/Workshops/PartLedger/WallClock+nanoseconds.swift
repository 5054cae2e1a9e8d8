internal import CKernel
package import Core

extension WallClock {
    /// Since 1970, as finely as the kernel tells: what ledger entries carry.
    package static var nanoseconds: Int64 { ls_wall_ns() }
}
