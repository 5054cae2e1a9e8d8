internal import AWSProtocol
internal import Core

/// What is written on a thing or a group: a few words, by names.
enum Attributes {
    static let payload = Shape.structure([Member("attributes", .map(.text)), Member("merge", .flag)])
    private static let countMax = 50
    private static let nameMax = 128
    private static let valueMax = 800
    private static let marks = "_.,@/:#=[]-"

    /// What is there after a change. A value that is empty takes its name away; without `merge` the rest goes as well.
    static func changed(_ before: DatumMap, by payload: Datum?) throws(ServiceProblem) -> DatumMap {
        guard let given = payload?["attributes"]?.map else { return before }
        var after = payload?["merge"]?.bool == true ? before : DatumMap()
        for (name, value) in given.members {
            let text = value.text ?? ""
            guard !name.isEmpty, name.utf8.count <= nameMax, text.utf8.count <= valueMax,
                name.isMadeOfLetters(and: marks), text.isMadeOfLetters(and: marks)
            else {
                throw FleetProblem.invalid(
                    "attribute \(name.prefix(80)): names and values may hold letters, digits and _.,@/:#=[]-, up to \(nameMax) and \(valueMax) of them"
                )
            }
            after[name] = text.isEmpty ? Datum?.none : value
        }
        guard after.count <= countMax else {
            throw FleetProblem.invalid("there may be \(countMax) attributes, not \(after.count)")
        }
        return after
    }
}
