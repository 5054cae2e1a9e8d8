/// H6: programs that can be started in one place only.
enum ContainerRule {
    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.files.compactMap { file in
            guard file.name.hasSuffix(".py"), let place = fixedPath(file, walk) else { return nil }
            return walk.finding(
                .note, "fixed-place", ["H6"], at: place, of: file.passage,
                "\(file.name) reads its model from a fixed path under /opt/ml/model and listens on a fixed port",
                "two variants cannot run side by side without a mount and a network of their own; SageMaker starts the image with the word `serve`",
                advice:
                    "take path and port from the environment (SM_MODEL_DIR, SAGEMAKER_BIND_TO_PORT), with these as defaults"
            )
        }
    }

    private static func fixedPath(_ file: Walkthrough.WrittenFile, _ walk: Walkthrough) -> Int? {
        let bytes = walk.passages[file.passage].block.bytes
        guard bytes.range(of: "SAGEMAKER_BIND_TO_PORT", in: file.body) == nil,
            bytes.range(of: ".run(", in: file.body) != nil
        else {
            return nil
        }
        return bytes.range(of: "/opt/ml/model", in: file.body)?.lowerBound
    }
}
