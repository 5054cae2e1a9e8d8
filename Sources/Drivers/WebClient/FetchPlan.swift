internal import Core

/// What a server's head means for a file of which `offset` bytes are here already. Pure.
struct FetchPlan: Hashable, Sendable {
    let url: String
    let offset: Int
    let bytesMax: Int

    enum Step: Hashable, Sendable {
        /// What follows belongs at `from`; `total` is the whole file, when it is known.
        case take(from: Int, total: Int?)
        /// The server has another file, or cannot go on in the middle: everything once more.
        case startOver
        /// Nothing is missing.
        case complete
    }

    func step(status: Int, fields: WebFields) throws(Fault) -> Step {
        switch status {
        case 206 where offset > 0: return try goOn(fields)
        case 200...299 where status != 206:
            return try bounded(.take(from: 0, total: fields["content-length"].flatMap { Int($0) }))
        case 416 where offset > 0:
            // > "bytes */47022": the complete length, in an answer of 416. <RFC 9110, 14.4>
            return fields["content-range"] == "bytes */\(offset)" ? .complete : .startOver
        default: throw Fault.status(status, url)
        }
    }

    private func goOn(_ fields: WebFields) throws(Fault) -> Step {
        guard let range = fields["content-range"].flatMap(ContentRange.init(parsing:)), range.from == offset else {
            throw Fault(
                .unavailable, "\(url) sent another part of the file than was asked for, which began at \(offset)")
        }
        return try bounded(.take(from: offset, total: range.total ?? range.through + 1))
    }

    private func bounded(_ step: Step) throws(Fault) -> Step {
        if case .take(_, let total?) = step, total > bytesMax { throw Fault.tooLong(url, bytesMax) }
        return step
    }
}

/// `bytes 100-199/500`, or with `*` for a total that the server does not know.
struct ContentRange: Hashable, Sendable {
    let from: Int
    let through: Int
    let total: Int?

    init?(parsing text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let halves = words[1].split(separator: "/")
        let ends = halves.first?.split(separator: "-") ?? []
        guard halves.count == 2, ends.count == 2, let from = Int(ends[0]), let through = Int(ends[1]), from <= through
        else { return nil }
        let total = Int(halves[1])
        guard halves[1] == "*" || total.map({ $0 > through }) == true else { return nil }
        self.from = from
        self.through = through
        self.total = total
    }
}
