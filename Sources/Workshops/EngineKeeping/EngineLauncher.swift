package import Core
internal import Files
internal import InferenceProtocol
package import Link
internal import Process

/// Starts engines and watches over each until it ends. One thread an engine: it waits for ready, and then for the end.
package struct EngineLauncher: Sendable {
    package let settings: EngineSettings
    package let bells: Bells
    private let book: MetricsBook

    package init(settings: EngineSettings, bells: Bells, book: MetricsBook) {
        self.settings = settings
        self.bells = bells
        self.book = book
    }

    /// Starts an engine for `file`; `ready` is told once, `ended` once after a `ready` that succeeded. Both on the engine's own thread.
    @discardableResult
    package func launch(
        _ file: ModelFile, batchRowsMax: Int? = nil, ready: @escaping @Sendable (Result<EngineHandle, Fault>) -> Void,
        ended: @escaping @Sendable (_ pid: Int32, _ how: String) -> Void
    ) -> EngineLaunch {
        let launch = EngineLaunch()
        Lane.start("keep-\(file.name)") {
            do throws(Fault) {
                var metadata = try readMetadata(file)
                if let batchRowsMax { metadata.batchRowsMax = batchRowsMax }
                let (child, line, memory) = try spawn(file, metadata)
                launch.begin(line)
                let pid = child.pid
                weak var handle: EngineHandle?
                // Not by a name: this thread goes on as long as the engine, and must not keep it.
                switch begin(file, metadata, child, line, memory) {
                case .failure(let fault):
                    launch.end()
                    return ready(.failure(fault))
                case .success(let fresh):
                    launch.end()
                    handle = fresh
                    ready(.success(fresh))
                }
                while line.socket.listen() != .closed {}
                handle?.markDead()
                ended(pid, Self.collect(child))
            } catch {
                ready(.failure(error))
            }
        }
        return launch
    }

    /// Weights and scratch memory in huge pages: about one per cent of CPU and a few hundred kilobytes.
    private static let engineEnvironment = ["GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"]

    private func readMetadata(_ file: ModelFile) throws(Fault) -> ModelMetadata {
        guard let path = file.metadataPath else { return ModelMetadata() }
        return try ModelMetadata(parsing: try FileAccess.read(path, limit: 16 << 20), file: path)
    }

    private func spawn(_ file: ModelFile, _ metadata: ModelMetadata) throws(Fault) -> (
        ChildProcess, EngineLine, LinkMemory
    ) {
        guard FileAccess.isFile(file.path) else { throw Fault(.notFound, "Model artifact not found: \(file.path)") }
        let memory = try LinkMemory(
            slots: settings.slots, slotBytes: settings.slotBytes, bells: bells.descriptors.count)
        let pair = try ControlSocket.pair()
        let theirs = pair.theirs.descriptor
        let batchRows = metadata.batchRowsMax ?? settings.batchRowsMax
        let batchDelay = metadata.batchDelayMicroseconds ?? settings.batchDelayMicroseconds
        let arguments =
            settings.command + [
                "--model", file.path, "--link", "\(memory.descriptor)", "--bells", "\(bells.memory)",
                "--bell-descriptors", bells.descriptors.map { "\($0)" }.joined(separator: ","), "--control",
                "\(theirs)",
                "--batch-max", "\(batchRows)", "--batch-delay-us", "\(batchDelay)",
            ]
        let child = try ChildProcess.spawn(
            arguments, keeping: [memory.descriptor, bells.memory, theirs] + bells.descriptors,
            settings: Self.engineEnvironment)
        return (child, EngineLine(pair.keepOurs()), memory)
    }

    private func begin(
        _ file: ModelFile, _ metadata: ModelMetadata, _ child: ChildProcess, _ line: EngineLine, _ memory: LinkMemory
    ) -> Result<EngineHandle, Fault> {
        switch line.socket.listen(milliseconds: Int32(clamping: settings.loadNanoseconds / Span64.millisecond)) {
        case .closed:
            // The machine may have been short of something: what killed this one need not kill the next.
            let how = Self.collect(child)
            return .failure(Fault(.unavailable, "the engine ended while loading \(file.path): \(how)"))
        case .silence:
            child.killNow()
            _ = child.wait()
            return .failure(
                Fault(.timeout, "\(file.path) did not load within \(settings.loadNanoseconds / Span64.second) s"))
        case .ready: break
        }
        do throws(Fault) {
            let description = unsafe try EngineDescription(reading: memory.description)
            if let failure = description.failure { throw failure }
            try metadata.check(against: description.signature, model: file.name.description)
            return .success(
                EngineHandle(
                    file: file, metadata: metadata, description: description, caller: CallerEnd(memory: memory),
                    line: line,
                    pid: child.pid, series: book.series(model: file.name.description, version: "\(file.version)"),
                    batchRowsMax: max(metadata.batchRowsMax ?? 0, settings.batchRowsMax > 1 ? settings.batchRowsMax : 0)
                ))
        } catch {
            line.hangUp()
            _ = Self.collect(child)
            return .failure(error)
        }
    }

    /// Waits for a child whose end of the line is closed; one that hangs on is ended.
    private static func collect(_ child: ChildProcess) -> String {
        let patience = Instant.now.advanced(by: Span64.second)
        while Instant.now < patience {
            if let how = child.waitNow() { return how }
            Pause.nanoseconds(2 * Span64.millisecond)
        }
        child.killNow()
        return child.wait()
    }
}
