package import Core
internal import Database
internal import Records

/// What other departments ask of the registry.
extension FleetDesk {
    package func hasThing(_ name: String) throws(ServiceProblem) -> Bool {
        try shelf.read { database throws(Fault) in try Things.find(name, database) != nil }
    }

    /// How the things of a job are with it.
    package func runs(ofJob id: String) throws(ServiceProblem) -> [(thing: String, status: String, details: Datum)] {
        try shelf.read { database throws(Fault) in
            try database.rows("SELECT \(JobRun.columns) FROM runs WHERE job = ?", [.text(id)], JobRun.init)
                .map { ($0.thing, $0.status, $0.details) }
        }
    }

    package func hasGroup(_ name: String) throws(ServiceProblem) -> Bool {
        try shelf.read { database throws(Fault) in try ThingGroups.find(name, database) != nil }
    }

    /// The groups that a thing is in, by name, each with those above it from the root down.
    package func groups(ofThing name: String) throws(ServiceProblem) -> [(name: String, above: [String])] {
        try shelf.read { database throws(Fault) in
            let names = try database.rows("SELECT grp FROM members WHERE thing = ? ORDER BY grp", [.text(name)]) {
                $0.text(0)
            }
            var groups: [(name: String, above: [String])] = []
            for name in names {
                guard let group = try ThingGroups.find(name, database) else { continue }
                groups.append((name, try ThingGroups.ancestors(of: group, database).map(\.name)))
            }
            return groups
        }
    }

    /// Those of the groups below it too.
    package func things(inGroup name: String) throws(ServiceProblem) -> [String] {
        try shelf.read { database throws(Fault) in try ThingGroups.things(in: name, database) }
    }
}
