internal import Core
internal import Depot
internal import Files
internal import JSON

/// Which places the last deployment that succeeded had changed: what `undo` takes back.
struct LastChange {
    private let file: String

    init(_ file: String) { self.file = file }

    /// Nothing that was changed before it is among them.
    func places() throws(Fault) -> [Place] {
        guard let bytes = try? FileAccess.read(file, limit: 1 << 20), let datum = try? Datum(json: bytes) else {
            return []
        }
        return try (datum.list ?? []).map { name throws(Fault) in try Place(parsing: name.text ?? "") }
    }

    /// A deployment has succeeded: these are the places that it changed.
    func note(_ places: [Place]) {
        let names = Datum.list(places.map { .text($0.description) })
        do throws(Fault) { try FileAccess.writeDurably(names.json, to: file) } catch {
            Log.line("what the last deployment changed is not kept: \(error)")
        }
    }
}
