package import AWSDoor
package import Core
package import Crypto
internal import Database
internal import Files
internal import JSON
internal import Records

/// Buckets, and the versions of their objects: rows in one file, bytes sealed in blobs beside it.
///
/// Concurrency: buckets are records of the shelf, versions and parts rows of its file. A blob is written by one request, never
/// changed, and read by any.
package final class ObjectsDesk: Sendable {
    static let bucket = "bucket"
    private static let tables = [
        """
        CREATE TABLE versions(
            bucket TEXT, key TEXT, seq INTEGER, version TEXT, marker INTEGER, latest INTEGER, size INTEGER, etag TEXT,
            modified INTEGER, body BLOB, PRIMARY KEY(bucket, key, seq DESC)) WITHOUT ROWID;
        CREATE INDEX versions_latest ON versions(bucket, key) WHERE latest = 1;
        CREATE TABLE uploads(id TEXT PRIMARY KEY, bucket TEXT, key TEXT, begun INTEGER, body BLOB);
        CREATE TABLE parts(
            upload TEXT, number INTEGER, size INTEGER, etag TEXT, modified INTEGER, body BLOB,
            PRIMARY KEY(upload, number)) WITHOUT ROWID;
        """,
        "CREATE TABLE notices(n INTEGER PRIMARY KEY AUTOINCREMENT, event BLOB)",
        """
        ALTER TABLE versions ADD COLUMN upload TEXT;
        CREATE INDEX versions_uploaded ON versions(upload) WHERE upload IS NOT NULL;
        """,
    ]

    let shelf: RecordShelf
    let blobs: BlobStore
    let account: String
    let region: String
    let hosts: StoreHosts
    let gatekeeper: any Gatekeeper
    let ledger: any CallLedger
    let workers: WorkerPool
    let notices: NoticeCarrier
    let sweeper: LifecycleSweeper
    let plans = LifecyclePlans()

    /// Takes events in for the bus, and comes back when they are on the disk.
    package typealias Announce = @Sendable ([[UInt8]]) throws(ServiceProblem) -> Void

    package init(
        _ folder: String, account: String, region: String, hosts: StoreHosts = StoreHosts(), seal: SealingKey,
        gatekeeper: any Gatekeeper, ledger: any CallLedger, workers: WorkerPool
    ) throws(Fault) {
        self.account = account
        self.region = region
        self.hosts = hosts
        self.gatekeeper = gatekeeper
        self.ledger = ledger
        self.workers = workers
        shelf = try RecordShelf(folder + "/objects.db", tables: Self.tables)
        blobs = try BlobStore(folder + "/blobs", seal: seal)
        notices = NoticeCarrier(shelf)
        sweeper = LifecycleSweeper(shelf, blobs, notices, account: account, region: region)
        do throws(ServiceProblem) { try sweep() } catch { throw Fault(.system, error.message) }
    }

    package func start(_ announce: @escaping Announce) {
        notices.start(announce)
        sweeper.start()
    }

    package func close() {
        sweeper.stop()
        notices.stop()
        shelf.close()
    }

    /// Blobs that no row names: what was being written when the power went.
    private func sweep() throws(ServiceProblem) {
        let bodies = try shelf.read { database throws(Fault) in
            try database.rows("SELECT body FROM versions") { $0.blob(0) }
                + (try database.rows("SELECT body FROM parts") { $0.blob(0) })
        }
        var named: Set<String> = []
        for body in bodies {
            // What cannot be read may name a blob: nothing is thrown away then.
            guard let datum = try? Datum(json: body) else {
                return Log.line("a row of the object store cannot be read: unnamed blobs are kept")
            }
            named.formUnion(StoredObject.blobs(of: datum).map(\.name))
        }
        blobs.remove(allBut: named)
    }
}
