internal import JSON

/// Finds a key that is given twice, which a finished value no longer shows.
enum RepeatedKey {
    /// As deep as the JSON reader goes, which is not deep.
    static func refuse(in node: JSONNode, at place: PatternPlace = .top) throws(PatternRefusal) {
        var keys: Set<String> = []
        try node.forEachMember { (key, value) throws(PatternRefusal) in
            guard keys.insert(key).inserted else { throw PatternRefusal.repeated(place.member(key)) }
            try refuse(in: value, at: place.member(key))
        }
        try node.forEachElement { (element) throws(PatternRefusal) in try refuse(in: element, at: place) }
    }
}
