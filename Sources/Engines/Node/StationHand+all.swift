internal import Core
internal import Files

extension StationHand {
    /// A hand for every station that the node's configuration names.
    static func all(_ plan: NodeHouse.Plan) throws(Fault) -> [String: StationHand] {
        var hands: [String: StationHand] = [:]
        for file in plan.configuration.stations {
            guard FileAccess.isFile(file) else {
                throw Fault(
                    .notFound, "there is no station's file at \(file)",
                    hint: "the node's configuration names it under stations")
            }
            let text = try FileAccess.read(file, limit: 1 << 20)
            let hand = try StationHand(
                text, file: file, home: PathName.folder(of: file), folder: plan.root + "/stations",
                program: plan.program)
            guard hands[hand.name] == nil else {
                throw Fault(
                    .invalid, "two stations are called '\(hand.name)'", hint: "give each line.json a station of its own"
                )
            }
            hands[hand.name] = hand
        }
        return hands
    }
}
