internal import AWSProtocol
internal import Core
internal import Database
internal import Records

/// What the broker keeps for whoever subscribes later.
struct RetainedMessages: Sendable {
    let desk: FleetDesk

    var operations: [Operation] {
        [
            Operation(
                "ListRetainedMessages", [Member("nextToken", 0...4096), Member("maxResults", .whole, 1...200)],
                at: RestPlace("GET", "/retainedMessage", asking: ["nextToken", "maxResults"])
            ) { call throws(ServiceProblem) in
                let list = try TablePage(
                    desk.shelf, call,
                    "SELECT topic AS key, length(payload), quality, modified FROM retained WHERE payload IS NOT NULL"
                ) { row in
                    [
                        "topic": .text(row.text(0)), "payloadSize": .whole(Int(row.int(1))),
                        "qos": .whole(Int(row.int(2))), "lastModifiedTime": .whole(Int(row.int(3))),
                    ]
                }
                return ["retainedTopics": .list(list.rows), "nextToken": list.next]
            },
            Operation(
                "GetRetainedMessage", [Publishing.topic], at: RestPlace("GET", "/retainedMessage/{topic+}"),
                on: Publishing.on
            ) { call throws(ServiceProblem) in try find(call["topic"]) },
        ]
    }

    private func find(_ topic: String) throws(ServiceProblem) -> Datum {
        let found = try desk.shelf.read { database throws(Fault) in
            try database.rows(
                "SELECT payload, quality, modified FROM retained WHERE topic = ? AND payload IS NOT NULL",
                [.text(topic)]
            ) { row -> Datum in
                [
                    "topic": .text(topic), "payload": .text(Base64.text(row.blob(0))), "qos": .whole(Int(row.int(1))),
                    "lastModifiedTime": .whole(Int(row.int(2))),
                ]
            }.first
        }
        guard let found else { throw FleetProblem.missing("A retained message of the topic \(topic)") }
        return found
    }
}
