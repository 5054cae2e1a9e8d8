extension Expression {
    /// Whether it needs the message to be JSON.
    var readsDocument: Bool {
        contains { part in
            switch part {
            case .member, .whole: true
            // Bytes can be encoded, whatever they are.
            case .call(.encode, let arguments): arguments.first != .whole && arguments.contains(where: \.readsDocument)
            default: nil
            }
        }
    }

    var asksForSender: Bool {
        contains { part in
            switch part {
            case .call(.clientID, _), .call(.principal, _): true
            default: nil
            }
        }
    }

    /// Whether some part is so; a part about which `test` says anything is not looked into further.
    private func contains(_ test: (Expression) -> Bool?) -> Bool {
        test(self) ?? parts.contains { $0.contains(test) }
    }

    private var parts: [Expression] {
        switch self {
        case .literal, .undefined, .whole, .member: []
        case .path(let base, let steps):
            [base]
                + steps.compactMap { step in
                    if case .index(let index) = step { index } else { nil }
                }
        case .negative(let inner), .not(let inner), .cast(let inner, _): [inner]
        case .chain(let first, let links): [first] + links.map(\.operand)
        case .comparison(_, let left, let right): [left, right]
        case .isAmong(let value, let others): [value] + others
        case .all(let parts), .any(let parts), .list(let parts), .call(_, let parts): parts
        case .choice(let subject, let branches, let otherwise):
            [subject, otherwise].compactMap(\.self) + branches.flatMap { [$0.when, $0.then] }
        case .object(let members): members.map(\.value)
        case .query(let query): query.parts
        }
    }
}

extension SelectQuery {
    fileprivate var parts: [Expression] {
        let selected: [Expression] =
            switch selection {
            case .value(let value): [value]
            case .items(let items): items.compactMap(\.value)
            }
        return selected + [source, condition].compactMap(\.self)
    }
}
