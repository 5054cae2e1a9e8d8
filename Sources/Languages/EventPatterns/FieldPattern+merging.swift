/// Members from several places of a pattern that ask about the same object.
extension FieldPattern {
    typealias Members = [Member]

    /// Both at once. A path that both name must lead on to different members.
    static func merged(_ left: Members, _ right: Members, at place: PatternPlace) throws(PatternRefusal) -> Members {
        var merged = left
        for member in right {
            guard let index = merged.firstIndex(where: { $0.key == member.key }) else {
                merged.append(member)
                continue
            }
            guard case .members(let ours) = merged[index].pattern, case .members(let theirs) = member.pattern else {
                throw PatternRefusal.repeated(place.member(member.key))
            }
            let both = try Self.merged(ours, theirs, at: place.member(member.key))
            merged[index] = Member(key: member.key, pattern: .members(both))
        }
        return merged
    }

    /// Every way to take one branch of the left and one of the right.
    static func crossed(_ left: [Members], _ right: [Members], at place: PatternPlace) throws(PatternRefusal)
        -> [Members]
    {
        guard left.count * right.count <= PatternLimit.branchesMax else {
            throw PatternRefusal(
                pattern: "More than \(PatternLimit.branchesMax) combinations of $or relationships", at: place)
        }
        var crossed: [Members] = []
        for ours in left {
            for theirs in right { crossed.append(try merged(ours, theirs, at: place)) }
        }
        return crossed
    }
}
