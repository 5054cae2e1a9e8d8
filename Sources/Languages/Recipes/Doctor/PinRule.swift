/// A17: pins of releases that cannot exist, or exist only for some Pythons.
enum PinRule {
    /// Something about a pin, wherever it is written.
    struct Complaint {
        let level: RecipeFinding.Level
        let rule: String
        let message: String
        let advice: String
        let remedy: RecipeRemedy?
    }

    static func findings(_ patient: RecipeDoctor.Patient) -> [RecipeFinding] {
        patient.steps.flatMap { name, step in
            complaints(PipInstall.all(in: step.script)).map {
                patient.finding(
                    $0.level, $0.rule, at: "\(patient.path(of: name)).Script", $0.message, advice: $0.advice,
                    remedy: $0.remedy)
            }
        }
    }

    /// What is wrong with packages that are installed together.
    static func complaints(_ packages: [PipInstall]) -> [Complaint] {
        packages.compactMap(complaint) + conflicts(packages)
    }

    /// Releases that want a newer release of another package than is pinned beside them; pip refuses both then.
    private static let wants: [(name: String, releases: String, other: String, least: [Int])] = [
        ("onnxruntime", "1.16.", "numpy", [1, 24, 2])
    ]

    private static func conflicts(_ packages: [PipInstall]) -> [Complaint] {
        wants.compactMap { want in
            let wanting = packages.first { $0.name == want.name && $0.pin?.hasPrefix(want.releases) ?? false }
            guard let package = wanting,
                let other = packages.first(where: { $0.name == want.other }), let pin = other.pin,
                pin.split(separator: ".").compactMap({ Int($0) }).lexicographicallyPrecedes(want.least)
            else { return nil }
            let least = want.least.map(String.init).joined(separator: ".")
            let pinned = "\(other.name)==\(least)"
            return Complaint(
                level: .warning, rule: "pip-conflict",
                message:
                    "\(package.name)==\(package.pin ?? "") wants \(other.name)>=\(least), and \(other.name)==\(pin) is pinned: pip refuses both, unless it takes pins as they are written",
                advice: "write \(pinned)", remedy: .rewrite(other.word, to: pinned))
        }
    }

    /// OpenCV's packages count their own builds with a fourth number.
    private static let openCV: Set<String> = [
        "opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless",
    ]

    /// Releases for which there are wheels of certain Pythons only.
    private static let wheels: [(name: String, releases: String, pythons: String)] = [
        ("onnxruntime", "1.14.", "3.7 to 3.11"), ("onnxruntime", "1.15.", "3.8 to 3.11"),
        ("onnxruntime", "1.16.", "3.8 to 3.11"), ("numpy", "1.23.", "3.8 to 3.11"), ("numpy", "1.24.", "3.8 to 3.11"),
        ("numpy", "1.25.", "3.9 to 3.11"),
    ]

    private static func complaint(_ package: PipInstall) -> Complaint? {
        guard let pin = package.pin else { return nil }
        if openCV.contains(package.name), isBare(pin) {
            let release = "\(package.name)\(pin == "4.8.0" ? "==4.8.0.76" : "~=\(pin).0")"
            return Complaint(
                level: .error, rule: "pip-pin",
                message: "\(package.name)==\(pin): no such release is known; its releases have four numbers",
                advice: "write \(release)", remedy: .rewrite(package.word, to: release))
        }
        guard let row = wheels.first(where: { $0.name == package.name && pin.hasPrefix($0.releases) }) else {
            return nil
        }
        return Complaint(
            level: .note, rule: "pip-python",
            message: "\(package.name)==\(pin) comes ready built for Python \(row.pythons) only",
            advice: "check the Python of the node, or take a newer release", remedy: nil)
    }

    /// Three numbers of a release that has four.
    private static func isBare(_ pin: String) -> Bool {
        let numbers = pin.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        return numbers.count == 3 && numbers.allSatisfy { $0 != nil } && (numbers[0] ?? 0) >= 4
    }
}
