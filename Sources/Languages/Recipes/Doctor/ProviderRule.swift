/// Sessions of ONNX Runtime that do not say where they run.
enum ProviderRule {
    // > This ORT build has ['AzureExecutionProvider', 'CPUExecutionProvider'] enabled. Since ORT 1.9, you are
    // required to
    // > explicitly set the providers parameter when instantiating InferenceSession.
    // <https://github.com/microsoft/onnxruntime/issues/17631>
    static let advice = "write InferenceSession(..., providers=[\"CPUExecutionProvider\"])"
    static let consequence =
        "from ONNX Runtime 1.9 on that is a ValueError wherever the build has more than one provider, as the usual one has"

    static func findings(_ patient: RecipeDoctor.Patient) -> [RecipeFinding] {
        patient.programs.compactMap { program in
            let sessions = PythonCode(program.text).bareSessions
            guard !sessions.isEmpty,
                let index = patient.manifest.artifacts.firstIndex(where: { $0.fileName == program.file })
            else { return nil }
            var remedy: RecipeRemedy?
            if case .inline(let bytes, _) = patient.manifest.artifacts[index].source {
                remedy = .replace(corrected(bytes, sessions))
            }
            return patient.finding(
                .error, "providers", at: "\(patient.path).Artifacts[\(index)].Uri",
                "\(program.file) calls InferenceSession without providers", advice: advice, remedy: remedy)
        }
    }

    private static func corrected(_ bytes: [UInt8], _ sessions: [PythonCode.BareSession]) -> [UInt8] {
        let edits = sessions.map { TextEdit(paper: 0, range: $0.end..<$0.end, replacement: $0.addition) }
        return EditPlan.applied(edits, to: bytes[...])
    }
}
