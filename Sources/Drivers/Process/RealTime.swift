internal import CKernel

/// What a thread may have of the kernel to keep its period, and what was refused.
package enum RealTime {
    /// The kernel's real-time class for this thread: whoever is in it goes before everyone who is not. False when that is
    /// not permitted.
    package static func claim(priority: Int) -> Bool { priority > 0 && ls_become_realtime(Int32(priority)) == 0 }

    /// Makes the calling thread as punctual as this machine allows; returns a warning for each thing that it does not allow.
    package static func claim(priority: Int, processor: Int?) -> [String] {
        var warnings: [String] = []
        if priority > 0, !claim(priority: priority) {
            warnings.append(
                "no real-time priority (SCHED_FIFO \(priority) is not permitted): cycles may be late under load; allow it with `setcap cap_sys_nice+ep` or LimitRTPRIO"
            )
        }
        if ls_lock_memory() != 0 {
            warnings.append(
                "memory is not locked (mlockall is not permitted): a page that was put aside makes a cycle late; raise `ulimit -l` or LimitMEMLOCK"
            )
        }
        if let processor, ls_tie_to_processor(Int32(processor)) != 0 {
            warnings.append("cannot run on processor \(processor) alone")
        }
        ls_timer_slack(1)
        return warnings
    }
}
