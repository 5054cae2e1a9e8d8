/// The spool's tables, as steps that are only ever added to.
enum SpoolSchema {
    static let steps = [
        """
        CREATE TABLE events(
            seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, rank INTEGER NOT NULL, wall_ms INTEGER NOT NULL,
            weight INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due_ms INTEGER NOT NULL DEFAULT 0,
            body BLOB NOT NULL);
        CREATE INDEX events_order ON events(rank DESC, seq);
        CREATE TABLE dead(
            seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, rank INTEGER NOT NULL, wall_ms INTEGER NOT NULL,
            reason TEXT NOT NULL, since_ms INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE TABLE drops(rank INTEGER PRIMARY KEY, events INTEGER NOT NULL, bytes INTEGER NOT NULL, from_ms INTEGER NOT NULL);
        CREATE TABLE totals(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        """
    ]
}
