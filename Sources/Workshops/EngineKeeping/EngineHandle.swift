package import Core
package import InferenceProtocol
package import Link
package import Process
internal import Synchronization

/// One engine that loaded and is warm. Held by the catalog while it is the current one, and by every request inside it:
/// when the last of them lets go, the engine ends.
///
/// Concurrency: constants, except the flags under `state`.
package final class EngineHandle: Sendable {
    package let name: ModelName
    package let version: Int
    package let path: String
    package let metadata: ModelMetadata
    package let description: EngineDescription
    package let caller: CallerEnd
    package let pid: Int32
    package let series: ModelSeries
    /// The largest batch that was asked for; 0 when requests are run one by one.
    package let batchRowsMax: Int
    private let line: EngineLine
    private struct State { var isDead = false; var isRetired = false; var typicalRun: UInt64 }
    private let state: Mutex<State>

    package init(
        file: ModelFile, metadata: ModelMetadata, description: EngineDescription, caller: CallerEnd, line: EngineLine,
        pid: Int32,
        series: ModelSeries, batchRowsMax: Int
    ) {
        name = file.name
        version = file.version
        path = file.path
        self.metadata = metadata
        self.description = description
        self.caller = caller
        self.line = line
        self.pid = pid
        self.series = series
        self.batchRowsMax = batchRowsMax
        state = Mutex(State(typicalRun: description.warmRunNanoseconds))
        series.hold()
    }

    deinit {
        line.hangUp()
        series.letGo()
    }

    /// Whether the inspection contract can feed it: exactly one float32 input.
    package var canInspect: Bool { signature.inputs.count == 1 && signature.inputs[0].type == .float32 }
    package var signature: ModelSignature { description.signature }
    package var isDead: Bool { state.withLock { $0.isDead } }
    /// Another engine has taken over, or nobody needs this one: it ends with its last request.
    package var isRetired: Bool { state.withLock { $0.isRetired } }
    /// What a run usually takes.
    package var typicalRun: UInt64 { state.withLock { $0.typicalRun } }

    package func markDead() { state.withLock { $0.isDead = true } }
    package func retire() { state.withLock { $0.isRetired = true } }

    package func noteRun(_ nanoseconds: UInt64) {
        state.withLock { $0.typicalRun = ($0.typicalRun * 7 + nanoseconds) / 8 }
    }

    /// Ends an engine that does not let go of a request.
    package func kill() { ChildProcess(pid: pid).killNow() }
}

/// The control socket of an engine, shared by the thread that listens and the handle that hangs up.
package final class EngineLine: Sendable {
    let socket: ControlSocket
    package init(_ socket: consuming ControlSocket) { self.socket = socket }
    package func hangUp() { socket.hangUp() }
}
