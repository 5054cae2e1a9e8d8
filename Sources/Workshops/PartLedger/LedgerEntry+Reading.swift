package import Core
internal import JSON

extension LedgerEntry {
    /// Reads back what was written down.
    package init(_ row: LedgerRow) throws(Fault) {
        let document = JSONDocument()
        let root: JSONNode
        do throws(JSONDocument.Refusal) { root = try document.parse(row.body) } catch {
            throw EntryMembers.fault("no JSON at byte \(error.position): \(error.reason)")
        }
        // The nodes live no longer than their document.
        defer { withExtendedLifetime(document) {} }
        let members = try EntryMembers(root)
        switch row.kind {
        case .part: self = .part(try PartRecord(members))
        case .acknowledgement: self = .acknowledgement(try AcknowledgementRecord(members))
        case .operator: self = .operator(try OperatorRecord(members))
        case .event: self = .event(try EventRecord(members))
        case nil: throw EntryMembers.fault("nobody knows kind \(row.rawKind)")
        }
    }
}

extension PartRecord {
    fileprivate init(_ members: EntryMembers) throws(Fault) {
        self.init(
            station: try members.text("station"), part: try members.number("part"),
            sequence: try members.number("sequence"), verdict: try members.verdict("verdict"),
            reason: try members.text("reason"))
        stages = try StageTimes(members.object("us"))
        frameNumber = try members.optionalNumber("frame_number")
        frameDeviceNanoseconds = try members.optionalNumber("frame_device_ns")
        frameDigest = try members.digest("frame_sha256")
        outputDigest = try members.digest("output_sha256")
        frameFormat = try members.optionalText("frame_file").flatMap(FrameName.init(parsing:))?.format
        release = try members.digest("release")
        model = try members.text("model")
        modelVersion = try members.text("model_version")
        environment = try members.optionalNumber("environment")
        scores = try members.floats("scores")
        threshold = try members.optionalFloat("threshold")
    }
}

extension StageTimes {
    fileprivate init(_ members: EntryMembers) throws(Fault) {
        self.init()
        acquire = try members.number("acquire")
        preprocess = try members.number("preprocess")
        queue = try members.number("queue")
        run = try members.number("run")
        decide = try members.number("decide")
        total = try members.number("total")
    }
}

extension AcknowledgementRecord {
    fileprivate init(_ members: EntryMembers) throws(Fault) {
        self.init(
            entry: try members.number("entry"), part: try members.number("part"),
            sequence: try members.number("sequence"), microseconds: try members.number("us"))
    }
}

extension OperatorRecord {
    fileprivate init(_ members: EntryMembers) throws(Fault) {
        self.init(
            try members.word("action"), station: try members.text("station"), person: try members.text("person"))
        entry = try members.optionalNumber("entry")
        part = try members.optionalNumber("part")
        verdict = try members.optionalVerdict("verdict")
        comment = try members.text("comment")
    }
}

extension EventRecord {
    fileprivate init(_ members: EntryMembers) throws(Fault) {
        self.init(
            Name(rawValue: try members.text("event")), station: try members.optionalText("station"),
            try members.text("text"), facts: try members.object("facts").facts())
    }
}
