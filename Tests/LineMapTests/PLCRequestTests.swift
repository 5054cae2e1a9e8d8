import LineMap
import Testing

@Suite struct PLCRequestTests {
    private static func request(_ change: (inout PLCRequest) -> Void) -> PLCRequest {
        var request = PLCRequest()
        change(&request)
        return request
    }

    @Test(arguments: [
        PLCRequest(),
        request { $0.mapVersion = .max },
        request { $0.heartbeat = .max },
        request { $0.control = [.enable, .reset, .bypass] },
        request { $0.control = ControlBits(rawValue: .max) },
        request { $0.sequence = .max },
        request { $0.part = .max },
        request { $0.part = 0xffff },
        request { $0.part = 0x1_0000 },
        request { $0.partNumber = .max },
        request { $0.ackSequence = .max },
        request { $0.ackVerdict = .max },
    ])
    func comesBackAsItWasWritten(_ request: PLCRequest) { #expect(Words(request).request == request) }

    @Test func liesWhereTheMapSays() {
        let request = Self.request {
            $0.heartbeat = 2
            $0.control = [.enable, .bypass]
            $0.sequence = 4
            $0.part = 0x0005_0006
            $0.partNumber = 7
            $0.ackSequence = 8
            $0.ackVerdict = 9
        }
        #expect(Words(request).values == [1, 2, 0b101, 4, 5, 6, 7, 8, 9])
    }

    /// A node that reads between two writes must not see a trigger before its part.
    @Test func writesTheTurnAfterEverythingElse() {
        var places: [Int] = []
        PLCRequest().write { place, _ in places.append(place) }
        #expect(places.sorted() == Array(0..<RegisterMap.requestCount))
        #expect(places.last == RegisterMap.Request.sequence.rawValue)
    }
}
