internal import Core
internal import Crypto

extension DepotRecord {
    /// Nothing but a record that was written whole is believed.
    init(text bytes: [UInt8]) throws(Fault) {
        let sumBytes = "sum \n".utf8.count + 2 * SHA256Digest.byteCount
        let body = Array(bytes.dropLast(sumBytes))
        guard bytes.suffix(sumBytes).elementsEqual("sum \(SHA256.digest(of: body))\n".utf8) else {
            throw Self.damage("its checksum is wrong")
        }
        let lines = String(decoding: body, as: UTF8.self).split(separator: "\n")
        guard let heading = lines.first, Self.headings.contains(String(heading)) else {
            throw Fault(
                .damaged, "the depot's record was written by another version of lineside (\(lines.first ?? ""))",
                hint: "start the version that wrote it, or let it finish first")
        }
        var draft = RecordDraft()
        for line in lines.dropFirst() {
            guard let words = RecordLine(line)?.words, try draft.take(words) else {
                throw Self.damage("it has a line \"\(line)\"")
            }
        }
        self = try draft.finish()
    }

    static func damage(_ what: String) -> Fault {
        Fault(
            .damaged, "the depot's record cannot be read: \(what)",
            hint: "the disk may be dying; deploy again into an empty folder")
    }
}

/// A record as its lines come in.
private struct RecordDraft {
    private var record = DepotRecord()
    private var head: [String] = []
    private var targets: [Target] = []

    /// False when the line is not one of a record.
    mutating func take(_ words: [String]) throws(Fault) -> Bool {
        let rest = Array(words.dropFirst())
        switch (words.first, rest.count) {
        case ("edition", 1): record.edition = try Self.number(rest[0])
        case ("place", 5):
            var pointers = PlacePointers()
            pointers.active = try Self.digest(rest[1])
            pointers.good = try Self.digest(rest[2])
            pointers.before = try Self.digest(rest[3])
            pointers.candidate = try Self.digest(rest[4])
            record.places[try Place(parsing: rest[0])] = pointers
        case ("held", 2):
            guard let digest = try Self.digest(rest[1]) else { return false }
            record.places[try Place(parsing: rest[0]), default: PlacePointers()].hold(digest)
        case ("group", 2): record.groups[rest[0]] = try Self.number(rest[1])
        case ("undo", 1): record.undoable.append(try Place(parsing: rest[0]))
        case ("running", 13): head = rest
        case ("target", 2): targets.append(Target(try Place(parsing: rest[0]), try Self.digest(rest[1])))
        case ("finished", 6):
            guard let result = DeploymentResult(rawValue: rest[3]) else { return false }
            record.history.append(
                FinishedDeployment(
                    id: rest[0], group: rest[1], created: try Self.number(rest[2]), result: result, reason: rest[5],
                    finished: try Self.number(rest[4])))
        default: return false
        }
        return true
    }

    func finish() throws(Fault) -> DepotRecord {
        guard !head.isEmpty else { return record }
        var deployment = try Deployment(id: head[0], group: head[1], created: Self.number(head[2]), targets: targets)
        guard let failurePolicy = Deployment.FailurePolicy(rawValue: head[3]) else {
            throw DepotRecord.damage("it names the policy \(head[3])")
        }
        deployment.failurePolicy = failurePolicy
        deployment.updatePolicy = head[4] == "skip" ? .skip : .notify(nanoseconds: try Self.number(head[4]))
        deployment.limits.staging = try Self.number(head[5])
        deployment.limits.proving = try Self.number(head[6])
        deployment.limits.restoring = try Self.number(head[7])
        deployment.limits.restarts = try Self.number(head[8])
        deployment.takesHeld = head[9] == "takes-held"
        deployment.holdsReplaced = head[10] == "holds-replaced"
        var record = record
        record.running = DepotRecord.Running(deployment: deployment, stage: try Self.stage(head[11]), reason: head[12])
        return record
    }

    private static func stage(_ word: String) throws(Fault) -> DepotRecord.Stage {
        switch word {
        case "arriving": return .arriving
        case "restored": return .restored
        default:
            guard word.hasPrefix("activated:") else { throw DepotRecord.damage("it names the stage \(word)") }
            return .activated(restarts: try number(String(word.dropFirst("activated:".count))))
        }
    }

    private static func number<Number: FixedWidthInteger>(_ word: String) throws(Fault) -> Number {
        guard let number = Number(word) else { throw DepotRecord.damage("\"\(word)\" is no number") }
        return number
    }

    private static func digest(_ word: String) throws(Fault) -> SHA256Digest? {
        guard word != "-" else { return nil }
        guard let digest = SHA256Digest(parsing: word) else { throw DepotRecord.damage("\"\(word)\" is no digest") }
        return digest
    }
}
