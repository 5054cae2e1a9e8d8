internal import CKernel
internal import Core
internal import Glibc

/// Who started whom, as /proc has it at this moment.
package enum ProcessTree {
    struct Kin: Hashable { let pid: Int32; let parent: Int32 }

    /// Whoever has not ended by then waits for a device.
    private static let patience = Span64.second
    private static let quietRoundsMin = 3

    /// Everything below `ancestor`, parents before their children.
    static func descendants(of ancestor: Int32) -> [Kin] {
        var children: [Int32: [Int32]] = [:]
        for pid in pids() { if let parent = parent(of: pid) { children[parent, default: []].append(pid) } }
        var found: [Kin] = []
        var waiting = [ancestor]
        while let next = waiting.popLast() {
            for child in children.removeValue(forKey: next) ?? [] {
                found.append(Kin(pid: child, parent: next))
                waiting.append(child)
            }
        }
        return found
    }

    /// Children before their parents: a parent that ends at once leaves its children to the ancestor, and they would no
    /// longer be who was looked for. One that was left anyway is still below the ancestor.
    static func signal(descendantsOf ancestor: Int32, _ number: Int32) {
        for kin in descendants(of: ancestor).reversed() where !ls_signal_child(kin.pid, kin.parent, number) {
            _ = ls_signal_child(kin.pid, ancestor, number)
        }
    }

    /// Kills every process that was started with this word (`NAME=value`) in its environment, and whatever it leaves
    /// behind: for processes whose keeper is gone. Comes back when none is left, or none wants to go. Returns how many.
    package static func kill(markedBy word: String) -> Int {
        var killed: Set<Int32> = []
        let until = Instant.now.advanced(by: patience)
        // One that is starting another at this moment is seen by the next round, one that has no turn to end by a later one; and
        // one that is becoming another program has no environment for a moment, so that a single look is not to be trusted.
        var quietRounds = 0
        while quietRounds < quietRoundsMin, Instant.now < until {
            let marked = pids().filter { $0 != getpid() && environment(of: $0, contains: word) }
            quietRounds = marked.isEmpty ? quietRounds + 1 : 0
            for pid in marked {
                Glibc.kill(pid, SIGKILL)
                killed.insert(pid)
            }
            usleep(2_000)
        }
        return killed.count
    }

    private static func pids() -> [Int32] {
        guard let folder = unsafe opendir("/proc") else { return [] }
        defer { unsafe closedir(folder) }
        var found: [Int32] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe String(cString: UnsafeRawPointer(tuple).assumingMemoryBound(to: CChar.self))
            }
            if let pid = Int32(name) { found.append(pid) }
        }
        return found
    }

    private static func parent(of pid: Int32) -> Int32? {
        guard let text = ProcessFacts.readSmall("/proc/\(pid)/stat", bytes: 1024) else { return nil }
        // A program's name may hold anything, even parentheses: what matters follows the last one.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ")
        return fields.count > 2 ? Int32(fields[2]) : nil
    }

    private static func environment(of pid: Int32, contains word: String) -> Bool {
        guard let text = ProcessFacts.readSmall("/proc/\(pid)/environ", bytes: 1 << 17) else { return false }
        return text.split(separator: "\0").contains { $0 == word }
    }
}
