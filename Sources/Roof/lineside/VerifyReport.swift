internal import Core
internal import Crypto
internal import JSON
internal import PartLedger

/// What checking a ledger came to, for people and for programs.
struct VerifyReport {
    let path: String
    let verdict: LedgerVerdict
    let anchor: SHA256Digest?

    private var tally: LedgerTally {
        switch verdict {
        case .whole(let tally): tally
        case .broken(_, _, let tally): tally
        }
    }

    /// The noted hash of an empty ledger is the zero digest, and every ledger goes on from there.
    private var meetsAnchor: Bool { anchor == nil || anchor == .zero || tally.anchor != nil }

    var isGood: Bool {
        guard case .whole = verdict else { return false }
        return meetsAnchor
    }

    var text: String {
        if case .broken(let n, let flaw, let tally) = verdict {
            return """
                BROKEN      \(path): entry \(n) is the first that is not as it was written: \(flaw)
                good        \(tally.entries) entries before it, up to \(tally.last), hash \(tally.head)
                what now    keep the file as it is, and compare it with a copy from before
                """
        }
        var lines = [
            meetsAnchor
                ? "whole       \(path): \(tally.entries) entries, each as it was written"
                : "CUT         \(path): its entries hang together, but none has the hash that was noted",
            "head        \(tally.head), entry \(tally.last)",
        ]
        if tally.lost > 0 {
            lines.append("lost        \(tally.lost) entries could not be written; gap events say which")
        }
        if let place = tally.anchor { lines.append("noted       that hash is entry \(place)") }
        if !meetsAnchor {
            lines.append("what now    entries after the noted one are missing: look for the file they are in")
        }
        return lines.joined(separator: "\n")
    }

    var json: String {
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        json.beginObject()
        json.member("ok", isGood)
        for (key, value) in [("entries", tally.entries), ("last", tally.last), ("lost", tally.lost)] {
            json.member(key, value)
        }
        json.member("head", tally.head.description)
        json.key("broken")
        if case .broken(let n, let flaw, _) = verdict {
            json.beginObject()
            json.member("entry", n)
            json.member("what", "\(flaw)")
            json.endObject()
        } else {
            json.null()
        }
        if anchor != nil {
            json.key("noted_entry")
            if let place = tally.anchor { json.uint(place) } else { json.null() }
        }
        json.endObject()
        return buffer.text
    }
}
