package import Core
internal import Database
internal import Records

/// What other departments ask of the registry.
extension FleetDesk {
    package func hasThing(_ name: String) throws(ServiceProblem) -> Bool {
        try shelf.read { database throws(Fault) in try Things.find(name, database) != nil }
    }

    package func hasGroup(_ name: String) throws(ServiceProblem) -> Bool {
        try shelf.read { database throws(Fault) in try ThingGroups.find(name, database) != nil }
    }

    /// Those of the groups below it too.
    package func things(inGroup name: String) throws(ServiceProblem) -> [String] {
        try shelf.read { database throws(Fault) in
            try database.rows(
                "\(ThingGroups.tree) SELECT DISTINCT thing FROM members WHERE grp IN (SELECT name FROM tree)",
                [.text(name)]
            ) { $0.text(0) }
        }
    }
}
