internal import Components
internal import Core
internal import Depot
internal import Files
package import HTTP
internal import JSON
internal import Pages
internal import WebClient

/// The node's door: what it is asked, and by whom. Nothing here decides.
package struct NodeDoor: Sendable {
    private static let orderBytesMax = 64 << 20
    private static let smallBytesMax = 64 << 10
    private let house: NodeHouse

    package init(_ house: NodeHouse) { self.house = house }

    package var routes: [Route] {
        unsafe [
            Route(.get, "/healthz", "Whether the node lives") {
                $0.respond(.ok) { $0.append("{\"status\":\"ok\"}" as StaticString) }
            },
            Route(.get, "/", "The node's page") { Page.node.answer($0) },
            Route(.get, "/node/status", "Wanted against actual") { answer($0, NodeReport(house).status) },
            Route(.get, "/node/deployments", "Deployments, the newest first") {
                answer($0, NodeReport(house).deployments)
            },
            Route(.get, "/node/deployments/{id}", "One deployment") { exchange in one(exchange) },
            Route(
                .post, "/node/deployments", "Deploy", changesState: true, bodyBytesMax: Self.orderBytesMax
            ) { exchange in deploy(exchange) },
            Route(
                .post, "/node/deployments/cancel", "Cancel the deployment under way", changesState: true,
                bodyBytesMax: Self.smallBytesMax
            ) { exchange in cancel(exchange) },
            Route(.post, "/node/undo", "Go back", changesState: true, bodyBytesMax: Self.smallBytesMax) { exchange in
                submitted(exchange) { desk throws(Fault) in try desk.undo() }
            },
            Route(.post, "/node/plan", "What would change", changesState: true, bodyBytesMax: Self.orderBytesMax) {
                exchange in
                plan(exchange)
            },
            Route(.get, "/node/components", "Components") { answer($0, .list(NodeReport(house).components)) },
            Route(
                .post, "/node/components/{name}/restart", "Start a component again", changesState: true,
                bodyBytesMax: Self.smallBytesMax
            ) { exchange in restart(exchange) },
            Route(.get, "/node/components/{name}/log", "What a component printed") { exchange in log(exchange) },
            Route(.get, "/node/components/{name}/configuration", "A component's configuration") { exchange in
                configuration(exchange)
            },
            Route(.get, "/metrics", "For Prometheus") { exchange in
                exchange.respond(.ok, "text/plain; version=0.0.4; charset=utf-8") {
                    $0.append(NodeReport(house).metrics)
                }
            },
        ]
    }

    private func answer(_ exchange: Exchange, _ datum: Datum, _ status: Status = .ok) {
        exchange.respond(status) { buffer in
            var json = JSONWriter(buffer)
            json.datum(datum)
        }
    }

    private func refuse(_ exchange: Exchange, _ fault: Fault) {
        exchange.refuse(Self.status(of: fault), "error", "\(fault)")
    }

    private static func status(of fault: Fault) -> Status {
        switch fault.code {
        case .notFound: .notFound
        case .busy: .conflict
        case .unavailable, .timeout, .cancelled: .unavailable
        case .system: .internalError
        default: .unprocessable
        }
    }

    // MARK: deployments

    private func one(_ exchange: Exchange) {
        guard let row = NodeReport(house).deployment(exchange.parameters[0]) else {
            return exchange.refuse(
                .notFound, "error", "nobody remembers a deployment '\(exchange.parameters[0].prefix(80))'")
        }
        answer(exchange, row)
    }

    private func order(_ exchange: Exchange) -> DeploymentOrder? {
        do throws(Fault) { return unsafe try DeploymentOrder([UInt8](exchange.body)) } catch {
            exchange.refuse(.badRequest, "error", "\(error)")
            return nil
        }
    }

    private func deploy(_ exchange: Exchange) {
        guard let order = order(exchange) else { return }
        submitted(exchange) { desk throws(Fault) in try Self.deployable { () throws(Fault) in try desk.submit(order) } }
    }

    private func submitted(
        _ exchange: Exchange, _ body: @escaping @Sendable (NodeDesk) throws(Fault) -> Deployer.Answer
    ) {
        aside(exchange) { desk throws(Fault) in
            let answer = try body(desk)
            desk.publish(withStations: false)
            switch answer {
            case .accepted:
                return (.accepted, ["id": .text(desk.deployer.plan?.deployment.id ?? "")])
            case .over(let finished): return (.ok, NodeReport.row(finished))
            }
        }
    }

    /// Heard at once, also while a file is being fetched.
    private func cancel(_ exchange: Exchange) {
        let contents = house.board.now
        guard let running = contents.record.running, contents.canBeCancelled else {
            let isIdle = contents.record.running == nil
            return refuse(
                exchange,
                Fault(
                    .busy, isIdle ? "no deployment is under way" : "it is too late to cancel: the change has begun",
                    hint: isIdle ? nil : "`lineside deploy undo` goes back"))
        }
        house.cancel()
        answer(exchange, ["id": .text(running.deployment.id)])
    }

    private func plan(_ exchange: Exchange) {
        guard let order = order(exchange) else { return }
        aside(exchange) { desk throws(Fault) in
            let composed = try Self.deployable { () throws(Fault) in try desk.compose(order).0 }
            return (.ok, PlanReport(composed, desk).datum)
        }
    }

    /// A recipe or a file that is not there is a deployment that cannot be, not a door that is not there.
    private static func deployable<Value>(_ body: () throws(Fault) -> Value) throws(Fault) -> Value {
        do throws(Fault) { return try body() } catch {
            throw error.code == .notFound ? Fault(.invalid, error.message, hint: error.hint) : error
        }
    }

    /// The node's thread may be busy: nobody else's requests wait for it.
    private func aside(
        _ exchange: Exchange, _ body: @escaping @Sendable (NodeDesk) throws(Fault) -> (Status, Datum)
    ) {
        let reactor = exchange.reactor
        let house = house
        reactor.workers.submit {
            let outcome = house.ask { desk in Result { () throws(Fault) in try body(desk) } }
            reactor.post {
                switch outcome {
                case .success(let (status, datum)): answer(exchange, datum, status)
                case .failure(let fault): refuse(exchange, fault)
                }
            }
        }
    }

    // MARK: components

    private func restart(_ exchange: Exchange) {
        do throws(Fault) {
            try house.house.restart(exchange.parameters[0])
            answer(exchange, [:])
        } catch { refuse(exchange, error) }
    }

    private func log(_ exchange: Exchange) {
        let name = exchange.parameters[0]
        guard house.house.rows.contains(where: { $0.name == name }) else {
            return exchange.refuse(.notFound, "error", "there is no component \(name) here")
        }
        let wanted = exchange.head.parameter("lines").flatMap { Int($0) }
        let text = LogTail.lines(max(1, min(wanted ?? 100, 10_000)), of: "\(house.plan.root)/logs/\(name).log")
        exchange.respond(.ok, "text/plain; charset=utf-8") { buffer in
            unsafe text.withUnsafeBytes { unsafe buffer.append($0) }
        }
    }

    private func configuration(_ exchange: Exchange) {
        guard let configuration = NodeReport(house).configuration(exchange.parameters[0]) else {
            return exchange.refuse(.notFound, "error", "there is no component \(exchange.parameters[0]) here")
        }
        answer(exchange, configuration)
    }
}
