/// Artifacts that another device software refuses, or that cannot be checked.
enum ArtifactRule {
    static func findings(_ patient: RecipeDoctor.Patient) -> [RecipeFinding] {
        patient.manifest.artifacts.enumerated().compactMap { index, artifact in
            let place = "\(patient.path).Artifacts[\(index)]"
            switch artifact.source {
            case .inline:
                return patient.finding(
                    .note, "data-uri", at: "\(place).Uri",
                    "\(artifact.fileName) stands in the recipe itself; AWS's device software refuses data: URIs",
                    advice: "upload it and name it by s3:// to run the recipe there too")
            case .https where artifact.digest == nil:
                return patient.finding(
                    .warning, "no-digest", at: place, "\(artifact.fileName) is taken as it comes",
                    advice: "add its Digest, and Algorithm SHA-256")
            default: return nil
            }
        }
    }
}
