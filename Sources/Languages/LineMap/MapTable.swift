/// The map as people import it into a PLC's project: one row a register.
package enum MapTable {
    package struct Row: Hashable, Sendable {
        package let block: String
        package let offset: Int
        package let name: String
        package let meaning: String
    }

    package static var rows: [Row] {
        RegisterMap.Request.allCases.map {
            Row(block: "plc_to_node", offset: $0.rawValue, name: $0.name, meaning: $0.meaning)
        }
            + RegisterMap.Result.allCases.map {
                Row(block: "node_to_plc", offset: $0.rawValue, name: $0.name, meaning: $0.meaning)
            }
    }

    /// Comma-separated, with the register addresses of a configuration.
    package static func csv(requestBase: Int, resultBase: Int) -> String {
        var lines = ["block,register,offset,name,type,meaning"]
        for row in rows {
            let base = row.block == "plc_to_node" ? requestBase : resultBase
            lines.append("\(row.block),\(base + row.offset),\(row.offset),\(row.name),UINT16,\"\(row.meaning)\"")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension RegisterMap.Request {
    package var name: String {
        switch self {
        case .mapVersion: "MAP_VERSION"
        case .heartbeat: "PLC_HEARTBEAT"
        case .control: "CONTROL"
        case .sequence: "TRIG_SEQ"
        case .partHigh: "PART_ID_HIGH"
        case .partLow: "PART_ID_LOW"
        case .partNumber: "PART_NUMBER"
        case .ackSequence: "ACK_SEQ"
        case .ackVerdict: "ACK_VERDICT"
        }
    }

    var meaning: String {
        switch self {
        case .mapVersion: "version of this map that the PLC was written for: 1"
        case .heartbeat: "any change says the PLC lives; without one for 100 ms the node goes to FAULT"
        case .control: "bit 0 enable; bit 1 reset (rising edge); bit 2 bypass"
        case .sequence:
            "turn of the part at the camera, 1 to 65535; a change is the trigger; write it after the part id"
        case .partHigh: "part id, upper 16 bits"
        case .partLow: "part id, lower 16 bits"
        case .partNumber: "kind of part, for routes; 0 when there is one kind"
        case .ackSequence: "RESULT_SEQ of the result that was taken"
        case .ackVerdict: "what the PLC did with it: 1 passed, 2 rejected, 3 sent to review"
        }
    }
}

extension RegisterMap.Result {
    package var name: String {
        switch self {
        case .mapVersion: "MAP_VERSION"
        case .heartbeat: "HEARTBEAT"
        case .status: "STATUS"
        case .state: "STATE"
        case .partHigh: "PART_ID_ECHO_HIGH"
        case .partLow: "PART_ID_ECHO_LOW"
        case .verdict: "VERDICT"
        case .verdictComplement: "VERDICT_COMPLEMENT"
        case .reason: "REASON"
        case .age: "AGE_MS"
        case .modelCode: "MODEL_CODE"
        case .score: "SCORE"
        case .sequence: "RESULT_SEQ"
        case .check: "CHECK"
        }
    }

    var meaning: String {
        switch self {
        case .mapVersion: "version of this map: 1"
        case .heartbeat: "one more each cycle; without a change for 20 ms take the fail-safe"
        case .status: "bit 0 ready; 1 busy; 2 valid; 3 acknowledged; 4 stale; 5 fault; 6 bypass"
        case .state: "0 BOOT; 1 NO_MODEL; 2 WARMING; 3 READY; 4 BUSY; 5 FAULT"
        case .partHigh: "part id that the result belongs to, upper 16 bits"
        case .partLow: "part id that the result belongs to, lower 16 bits"
        case .verdict: "0 none; 1 PASS; 2 REJECT; 3 REVIEW"
        case .verdictComplement: "VERDICT with every bit inverted; if not, take the fail-safe"
        case .reason:
            "0 OK; 1 DEFECT; 2 TIMEOUT; 3 STALE; 4 ID_MISMATCH; 5 QUEUE_FULL; 6 NO_MODEL; 7 MODEL_ERROR; 8 INPUT_INVALID; 9 DEVICE_FAULT; 10 BYPASS"
        case .age: "milliseconds from the trigger to the result"
        case .modelCode: "code of the release that judged, 0 when none did"
        case .score: "score times 10000"
        case .sequence: "TRIG_SEQ that the result belongs to; use the result only when it equals TRIG_SEQ"
        case .check: "CRC-16 (Modbus) over the registers before it, high byte first"
        }
    }
}
