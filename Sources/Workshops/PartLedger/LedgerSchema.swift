/// The ledger's one table, as steps that are only ever added to.
enum LedgerSchema {
    static let steps = [
        """
        CREATE TABLE entries(
            n INTEGER PRIMARY KEY, kind INTEGER NOT NULL, part INTEGER, wall_ns INTEGER NOT NULL,
            body BLOB NOT NULL, hash BLOB NOT NULL);
        CREATE INDEX entries_part ON entries(part);
        """,
        // What people did is looked for at every start, and is rare among millions of parts.
        "CREATE INDEX entries_operator ON entries(n) WHERE kind = 3",
    ]
}
