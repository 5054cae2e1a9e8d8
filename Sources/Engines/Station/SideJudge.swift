internal import Core
internal import EngineKeeping
internal import Images
internal import Synchronization

/// Judges frames that no PLC waits for, beside the line: the golden parts, and what the last good release says of a part.
///
/// Concurrency: one thread of its own does the work, a frame at a time; results lie in an inbox for the decision thread.
package final class SideJudge: Sendable {
    /// What was judged, for whoever asked.
    enum Result: Sendable {
        case golden(GoldenSet.Part, got: Verdict, of: ReleaseFile)
        case shadow(entry: UInt64, verdict: Verdict?)
    }

    /// The decision thread's bell is 0.
    private static let bell = 1
    private static let patience = 10 * Span64.second
    private let pool = WorkerPool("beside", threads: 1)
    private let inbox = Mutex<[Result]>([])
    private let busy = Atomic<Int>(0)

    package init() {}

    /// Work that does not hurry is not begun while some waits.
    var isFree: Bool { busy.load(ordering: .acquiring) == 0 }

    /// The oldest that nobody has heard yet.
    func takeResult() -> Result? { inbox.withLock { $0.isEmpty ? nil : $0.removeFirst() } }

    private func submit(_ work: @escaping @Sendable () -> Void) {
        busy.add(1, ordering: .acquiringAndReleasing)
        pool.submit { [self] in
            work()
            busy.subtract(1, ordering: .acquiringAndReleasing)
        }
    }

    /// Has a release that is warm judge all its golden parts; `done` says what is wrong with it, if anything is.
    func examine(_ file: ReleaseFile, _ engine: EngineHandle, done: @escaping @Sendable (Fault?) -> Void) {
        submit {
            do throws(Fault) {
                try Self.examine(file, engine)
                done(nil)
            } catch { done(error) }
        }
    }

    private static func examine(_ file: ReleaseFile, _ engine: EngineHandle) throws(Fault) {
        guard let golden = file.golden else { return }
        let seated = try SeatedRelease(file, engine: engine)
        let decoder = try FrameDecoder()
        var wrong: [String] = []
        for part in golden.parts {
            let got = try verdict(of: part, in: golden, seated, decoder)
            if got != part.verdict { wrong.append("\(part.name) is \(got.name), not \(part.verdict.name)") }
        }
        guard wrong.isEmpty else {
            throw Fault(
                .model,
                "\(file.name) version \(file.version) misjudges \(wrong.count) of its \(golden.parts.count) golden parts: "
                    + wrong.prefix(3).joined(separator: ", "),
                hint: "correct the model, its threshold, or the golden set it is released with")
        }
    }

    private static func verdict(
        of part: GoldenSet.Part, in golden: GoldenSet, _ seated: SeatedRelease, _ decoder: FrameDecoder
    ) throws(Fault) -> Verdict {
        let frame = try decoder.decode(try golden.picture(of: part), as: seated.file.preprocessing.format)
        let answer = try seated.judge(frame, bell: bell, within: patience)
        return seated.file.rule.judge(answer.score)?.verdict ?? .none
    }

    /// One golden part again, for a release at work. A run that fails says nothing of the part.
    func ask(_ part: GoldenSet.Part, in golden: GoldenSet, _ file: ReleaseFile, _ engine: EngineHandle) {
        submit { [self] in
            guard let seated = try? SeatedRelease(file, engine: engine), let decoder = try? FrameDecoder(),
                let got = try? Self.verdict(of: part, in: golden, seated, decoder)
            else { return }
            inbox.withLock { $0.append(.golden(part, got: got, of: file)) }
        }
    }

    /// What a release that is kept warm says of a part that another one has judged.
    func shadow(_ frame: [UInt8], entry: UInt64, _ file: ReleaseFile, _ engine: EngineHandle) {
        submit { [self] in
            let verdict = try? Self.verdict(of: frame, file, engine)
            inbox.withLock { $0.append(.shadow(entry: entry, verdict: verdict)) }
        }
    }

    private static func verdict(of bytes: [UInt8], _ file: ReleaseFile, _ engine: EngineHandle) throws(Fault) -> Verdict
    {
        let seated = try SeatedRelease(file, engine: engine)
        let decoder = try FrameDecoder()
        // The frame lies in its decoder.
        defer { withExtendedLifetime(decoder) {} }
        let frame = try decoder.decode(bytes, as: file.preprocessing.format)
        let answer = try seated.judge(frame, bell: bell, within: Span64.second)
        return file.rule.judge(answer.score)?.verdict ?? .none
    }
}
