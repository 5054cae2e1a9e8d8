package import Core
internal import Glibc

/// Whom a program runs as: numbers, because the name service is asked once and before anything is started.
package struct UserAccount: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package let user: UInt32
    package let group: UInt32
    /// The groups it is in beside its first one.
    package let groups: [UInt32]

    package init(name: String, user: UInt32, group: UInt32, groups: [UInt32]) {
        self.name = name
        self.user = user
        self.group = group
        self.groups = groups
    }

    package var description: String { name }

    package static let root = UserAccount(name: "root", user: 0, group: 0, groups: [0])

    /// Whether this process may start others as somebody else.
    package static var mayChange: Bool { geteuid() == 0 }

    /// `user`, `user:group`, each a name or a number, as `chown` takes them.
    package init(parsing text: String) throws(Fault) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let first = parts.first, !first.isEmpty, parts.count < 2 || !parts[1].isEmpty else {
            throw Fault(.invalid, "\"\(text)\" is not a user", hint: "write user or user:group, names or numbers")
        }
        let entry = try Self.entry(first)
        let group = try parts.count == 2 ? Self.group(parts[1]) : entry.group
        guard let group else {
            throw Fault(
                .invalid, "user \(first) is only a number here, without a group of its own",
                hint: "write \(first):group, or add the user with useradd")
        }
        self.init(
            name: text, user: entry.user, group: group,
            groups: entry.name.map { Self.groups(of: $0, first: group) } ?? [group])
    }

    private static let bufferBytes = 1 << 16

    private static func entry(_ text: String) throws(Fault) -> (name: String?, user: UInt32, group: UInt32?) {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: bufferBytes)
        if let number = UInt32(text) {
            unsafe getpwuid_r(number, &entry, &buffer, buffer.count, &found)
            // A number needs no entry.
            guard let found = unsafe found, let name = unsafe found.pointee.pw_name else { return (nil, number, nil) }
            return unsafe (String(cString: name), number, found.pointee.pw_gid)
        }
        unsafe getpwnam_r(text, &entry, &buffer, buffer.count, &found)
        guard let found = unsafe found else {
            throw Fault(
                .notFound, "there is no user \"\(text)\" on this machine",
                hint: "add it with `useradd --system \(text)`, or name another one")
        }
        return unsafe (text, found.pointee.pw_uid, found.pointee.pw_gid)
    }

    private static func group(_ text: String) throws(Fault) -> UInt32? {
        if let number = UInt32(text) { return number }
        var entry = unsafe Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: bufferBytes)
        unsafe getgrnam_r(text, &entry, &buffer, buffer.count, &found)
        guard let found = unsafe found else {
            throw Fault(
                .notFound, "there is no group \"\(text)\" on this machine",
                hint: "add it with `groupadd --system \(text)`, or name another one")
        }
        return unsafe found.pointee.gr_gid
    }

    private static func groups(of name: String, first: UInt32) -> [UInt32] {
        var list = [gid_t](repeating: 0, count: 256)
        var count = Int32(list.count)
        guard unsafe getgrouplist(name, first, &list, &count) >= 0 else { return [first] }
        return Array(list.prefix(Int(count)))
    }
}
