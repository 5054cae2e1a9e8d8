/// What a field such as `Action` lists, or everything but what `NotAction` lists.
struct Selection<Element: Hashable & Sendable>: Hashable, Sendable {
    let isNegated: Bool
    let elements: [Element]

    func takes(for effect: PolicyStatement.Effect, _ match: (Element) -> Match) -> Bool {
        Match.best(elements, match).counts(isNegated: isNegated, for: effect)
    }
}
