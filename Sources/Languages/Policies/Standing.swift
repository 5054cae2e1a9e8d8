/// How closely a resource's policy names a caller. Grants to a role are held within its boundary, those to its account
/// only hand on the right to grant, and those to the caller itself need nothing more.
enum Standing: Int, Comparable, Hashable {
    case none, account, role, caller

    static func < (left: Standing, right: Standing) -> Bool { left.rawValue < right.rawValue }
}
