package import Core
internal import Records

/// Queues as other departments see them.
extension QueuesDesk {
    /// Whether an ARN is a queue's that is here.
    package func has(_ arn: String) -> Bool {
        name(arn).map { shelf.records[Self.queue, $0] != nil } ?? false
    }

    /// Puts texts into a queue, all of them or none; they are on the disk when this returns.
    package func put(_ letters: [QueueLetter], to arn: String) throws(ServiceProblem) {
        guard let name = name(arn) else { throw QueueProblem.missing(arn) }
        try put(letters, named: name)
    }

    /// The same for a queue by its URL.
    package func put(_ letters: [QueueLetter], atURL url: String) throws(ServiceProblem) {
        guard let place = QueuePlace(url), place.account == account else { throw QueueProblem.missing(url) }
        try put(letters, named: place.name)
    }

    private func put(_ letters: [QueueLetter], named name: String) throws(ServiceProblem) {
        var drafts: [MessageDraft] = []
        for letter in letters { drafts.append(try MessageDraft(letter, sender: account)) }
        try send(drafts, to: name, Int64(WallClock.milliseconds))
    }
}
