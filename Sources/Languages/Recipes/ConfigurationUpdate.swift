package import Core
internal import JSON

extension ConfigurationUpdate {
    /// As deployments write it: `{"merge": {...} or its JSON text, "reset": ["/pointer", ...]}`, keys in any case.
    package init(reading document: Datum, at path: String = "configurationUpdate") throws(Fault) {
        let top = RecipePlace(path: path, value: document)
        var warnings: [RecipeWarning] = []
        let keys = RecipeKeys(try top.members(), path: path, known: ["merge", "reset"], &warnings)
        if let warning = warnings.first {
            throw Fault(.invalid, "\(warning.path): unknown key", hint: "there are merge and reset")
        }
        self.init()
        if let place = keys["merge"] { merge = try Self.merge(place) }
        for place in try keys["reset"]?.list() ?? [] {
            let text = try place.text()
            do throws(Fault) { reset.append(try JSONPointer(parsing: text)) } catch { throw place.at(error) }
        }
    }

    private static func merge(_ place: RecipePlace) throws(Fault) -> DatumMap {
        guard let text = place.value.text else {
            guard let map = place.value.map else { throw place.wrong("an object is wanted, or its JSON text") }
            return map
        }
        do throws(JSONDocument.Refusal) {
            if let map = try Datum(json: Array(text.utf8)).map { return map }
        } catch {
            throw Fault(.invalid, "\(place.path): not JSON: \(error.reason) at byte \(error.position)")
        }
        throw place.wrong("the JSON text of an object is wanted")
    }
}
