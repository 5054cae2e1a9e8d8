/// Whom the spool gives up: the lowest rank alone, as long as there is any of it. Pure.
enum DropPlan {
    /// Of which rank how many bytes go next; nil when nothing is held. More may have to follow: pages are freed whole.
    static func next(_ held: [SpoolRank: Int], over: Int) -> (rank: SpoolRank, bytes: Int)? {
        for rank in SpoolRank.allCases {
            if let bytes = held[rank], bytes > 0 { return (rank, min(bytes, over)) }
        }
        return nil
    }
}
