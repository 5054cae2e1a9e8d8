package import Core

extension Database {
    /// How many of its steps the schema has taken.
    package var schemaVersion: Int {
        get throws(Fault) { Int(try number("PRAGMA user_version") ?? 0) }
    }

    /// Takes the steps that this file has not taken yet, each whole or not at all. Steps are only ever added at the
    /// end.
    package func migrate(_ steps: [String]) throws(Fault) {
        let taken = try schemaVersion
        guard taken <= steps.count else {
            throw Fault(
                .invalid, "\(path) has schema \(taken), and this program knows \(steps.count)",
                hint: "it was written by a newer lineside: use that one")
        }
        for place in taken..<steps.count {
            try transaction { () throws(Fault) in
                try execute(steps[place])
                try execute("PRAGMA user_version = \(place + 1)")
            }
        }
    }
}
