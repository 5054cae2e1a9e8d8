internal import Core
internal import Crypto
internal import Files
internal import JSON
internal import PartLedger

/// Judgements for programs: each entry's body as it was hashed, with its hash.
struct TraceReport {
    private let folder: StateFolder
    private let traces: [PartTrace]

    init(folder: StateFolder, traces: [PartTrace]) {
        self.folder = folder
        self.traces = traces
    }

    func json(part: UInt32?) -> String {
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        json.beginObject()
        if let part {
            json.member("part", Int(part))
        }
        json.key("judgements")
        json.beginArray()
        for trace in traces { write(trace, &json) }
        json.endArray()
        json.endObject()
        return buffer.text
    }

    private func write(_ trace: PartTrace, _ json: inout JSONWriter) {
        let row = trace.judgement.row
        json.beginObject()
        write(row, &json)
        json.key("frame_path")
        let path = trace.judgement.record.frameName(entry: row.n).map { "\(folder.frames)/\($0)" }
        if let path, FileAccess.isFile(path) { json.string(path) } else { json.null() }
        json.key("acknowledgement")
        if let acknowledgement = trace.acknowledgement {
            json.beginObject()
            write(acknowledgement.row, &json)
            json.endObject()
        } else {
            json.null()
        }
        json.key("operations")
        json.beginArray()
        for operation in trace.operations {
            json.beginObject()
            write(operation.row, &json)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    private func write(_ row: LedgerRow, _ json: inout JSONWriter) {
        json.key("entry")
        json.raw(row.text)
        json.member("hash", SHA256Digest(row.hash)?.description ?? "")
    }
}
