internal import Core
internal import LineMap
package import Modbus

/// The wire to the PLC, either way round: we ask it, or it asks us.
package struct PLCBus: ~Copyable {
    /// Held for the bus' whole life, and counted once: in a cycle nobody counts references.
    @safe private enum Wire {
        case client(Unmanaged<ModbusClient>)
        case server(Unmanaged<ModbusServer>)
    }

    private let wire: Wire
    private let results: RegisterBlock
    private let requests: RegisterBlock

    package init(asking client: ModbusClient, requestBase: Int, resultBase: Int) {
        wire = unsafe .client(.passRetained(client))
        results = RegisterBlock(start: resultBase, count: RegisterMap.resultCount)
        requests = RegisterBlock(start: requestBase, count: RegisterMap.requestCount)
    }

    package init(answering server: ModbusServer, requestBase: Int, resultBase: Int) {
        wire = unsafe .server(.passRetained(server))
        results = server.block(start: resultBase, count: RegisterMap.resultCount)
        requests = server.block(start: requestBase, count: RegisterMap.requestCount)
    }

    /// Writes the result and reads the request; nil when the PLC did not answer, or nobody is there to ask.
    func exchange(_ result: LineResult) -> PLCRequest? {
        let results = results
        result.write { results[$0] = $1 }
        let requests = requests
        switch wire {
        case .client(let client):
            guard unsafe client._withUnsafeGuaranteedRef({ $0.exchange(write: results, read: requests) }) else { return nil }
        case .server(let server):
            guard unsafe server._withUnsafeGuaranteedRef({ $0.hasClients }) else { return nil }
        }
        return PLCRequest { requests[$0] }
    }

    /// Spends the time until the next cycle: a server answers whoever asks meanwhile.
    func rest(until next: Instant) {
        switch wire {
        case .client: return
        case .server(let server): _ = unsafe server._withUnsafeGuaranteedRef { $0.serve(until: next) }
        }
    }

    deinit {
        switch wire {
        case .client(let client): unsafe client.release()
        case .server(let server): unsafe server.release()
        }
    }
}
