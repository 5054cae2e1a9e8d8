internal import Core
internal import LineMap
package import Modbus

/// The wire to the PLC, either way round: we ask it, or it asks us.
package struct PLCBus: ~Copyable {
    private enum Wire {
        case client(ModbusClient)
        case server(ModbusServer)
    }

    private let wire: Wire
    private let results: RegisterBlock
    private let requests: RegisterBlock

    package init(asking client: ModbusClient, requestBase: Int, resultBase: Int) {
        wire = .client(client)
        results = RegisterBlock(start: resultBase, count: RegisterMap.resultCount)
        requests = RegisterBlock(start: requestBase, count: RegisterMap.requestCount)
    }

    package init(answering server: ModbusServer, requestBase: Int, resultBase: Int) {
        wire = .server(server)
        results = server.block(start: resultBase, count: RegisterMap.resultCount)
        requests = server.block(start: requestBase, count: RegisterMap.requestCount)
    }

    /// Writes the result and reads the request; nil when the PLC did not answer, or nobody is there to ask.
    func exchange(_ result: LineResult) -> PLCRequest? {
        let results = results
        result.write { results[$0] = $1 }
        let requests = requests
        switch wire {
        case .client(let client): guard client.exchange(write: results, read: requests) else { return nil }
        case .server(let server): guard server.hasClients else { return nil }
        }
        return PLCRequest { requests[$0] }
    }

    /// Spends the time until the next cycle: a server answers whoever asks meanwhile.
    func rest(until next: Instant) {
        switch wire {
        case .client: return
        case .server(let server): server.serve(until: next)
        }
    }

    /// A fresh connection for the next cycle, when the PLC does not seem to be who it was.
    func reconnect() {
        if case .client(let client) = wire { client.close() }
    }
}
