package import Core
internal import Glibc
internal import Link
internal import ONNX
internal import Process

/// One engine process: loads one model, warms it up, says ready, and runs what comes through the link until its caller
/// hangs up. It keeps nothing: a reload is another engine.
package enum Engine {
    /// A look for work this long costs less than sleeping and being woken.
    private static let lookNanoseconds: UInt64 = 20_000
    /// Under this, handing a run to a second thread costs more than the run.
    private static let quickRunNanoseconds: UInt64 = 200_000

    /// Serves until the caller hangs up. A model that does not load is told to the caller, not thrown.
    package static func run(_ order: EngineOrder) throws(Fault) {
        // The runtime's own threads are started by this one and inherit its turns.
        Turns.takeShort()
        let memory = try LinkMemory(attachedTo: order.linkDescriptor)
        let bells = try Bells(memory: order.bellMemory, descriptors: order.bellDescriptors)
        let control = ControlSocket(inherited: order.controlDescriptor)
        endWithCaller(order.controlDescriptor)
        let watchdog = wakeWatchdog(order)
        var description = EngineDescription()
        do throws(Fault) {
            let session = try load(order, watchdog, &description)
            describe(description, in: memory)
            start(order, session, watchdog, description, memory, bells)
        } catch {
            description.failure = error
            describe(description, in: memory)
        }
        control.sayReady()
        while control.listen() != .closed {}
    }

    /// Nobody listens to the caller while a model loads, and a model may load for ever: an engine whose caller is gone ends
    /// whatever it is at.
    private static func endWithCaller(_ descriptor: Int32) {
        Lane.start("caller") {
            ControlSocket.waitForEnd(of: descriptor)
            _exit(0)
        }
    }

    private static func describe(_ description: EngineDescription, in memory: LinkMemory) {
        guard unsafe !description.write(to: memory.description) else { return }
        var short = EngineDescription()
        short.failure = Fault(.model, "the model's inputs and outputs are too many to describe")
        _ = unsafe short.write(to: memory.description)
    }

    private static func wakeWatchdog(_ order: EngineOrder) -> Watchdog {
        let watchdog = Watchdog()
        Lane.start("watchdog") {
            // Above those whom it has to stop.
            _ = RealTime.claim(priority: order.priority > 0 ? order.priority + 1 : 0)
            watchdog.loop()
        }
        return watchdog
    }

    private static func load(
        _ order: EngineOrder, _ watchdog: Watchdog, _ description: inout EngineDescription
    ) throws(Fault) -> Session {
        let begun = Instant.now
        let library = try RuntimeLibrary(candidates: order.libraries)
        let session = try Session(model: order.model, settings: order.settings, library: library)
        description.signature = session.signature
        description.runtimeVersion = library.version
        description.provider = session.provider.rawValue
        description.remark = session.remark
        description.fellBack = !session.remark.isEmpty
        let (warm, complaint) = try WarmUp(session, watchdog).run()
        description.warmRunNanoseconds = warm
        if let complaint { description.remark += (description.remark.isEmpty ? "" : "; ") + "warm-up: \(complaint)" }
        description.loadNanoseconds = Instant.now.since(begun)
        description.instances = instances(order, warm)
        description.batches = order.batch.isOn && session.signature.canBatch
        return session
    }

    private static func instances(_ order: EngineOrder, _ warmRun: UInt64) -> Int {
        if order.instances > 0 { return order.instances }
        if warmRun < quickRunNanoseconds { return 1 }
        return max(1, ProcessFacts.processorCount / max(1, order.settings.threads))
    }

    private static func start(
        _ order: EngineOrder, _ session: Session, _ watchdog: Watchdog, _ description: EngineDescription,
        _ memory: LinkMemory, _ bells: Bells
    ) {
        for number in 0..<description.instances {
            guard let run = try? SessionRun(session) else { continue }
            let watch = watchdog.watch(run)
            let end = EngineEnd(
                memory: memory, bells: bells, lookNanoseconds: lookNanoseconds, isFirst: number == 0)
            let batch = description.batches ? order.batch : .off
            Lane.start("run-\(number)", stackBytes: 8 << 20) {
                let isRealTime = RealTime.claim(priority: order.priority)
                Runner(run: run, end: end, watch: watch, batch: batch, takesTurns: !isRealTime).loop()
            }
        }
    }
}
