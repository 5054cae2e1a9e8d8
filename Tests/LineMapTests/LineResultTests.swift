import Core
import LineMap
import Testing

@Suite struct LineResultTests {
    static let extremes: [LineResult] = [
        LineResult(), .busy,
        LineResult { $0.heartbeat = .max },
        LineResult { $0.status = StatusBits(rawValue: .max) },
        LineResult { $0.part = .max },
        LineResult { $0.part = 0xffff },
        LineResult { $0.part = 0x1_0000 },
        LineResult { $0.age = .max },
        LineResult { $0.modelCode = .max },
        LineResult { $0.score = .max },
        LineResult { $0.sequence = .max },
    ]

    @Test(arguments: extremes)
    func comesBackAsItWasWritten(_ result: LineResult) { #expect(Words(result).result == result) }

    @Test func everyVerdictReasonAndStateComesBack() {
        for verdict in Verdict.allCases {
            for reason in Reason.allCases {
                for state in StationState.allCases {
                    let result = LineResult {
                        $0.verdict = verdict
                        $0.reason = reason
                        $0.state = state
                    }
                    #expect(Words(result).result == result)
                }
            }
        }
    }

    @Test func writesEachRegisterOnceAndItsCheckLast() {
        var places: [Int] = []
        LineResult.busy.write { place, _ in places.append(place) }
        #expect(places == Array(0..<RegisterMap.resultCount))
        #expect(places.last == RegisterMap.Result.check.rawValue)
    }

    @Test func liesWhereTheMapSays() {
        let words = Words(.busy)
        #expect(words[.mapVersion] == 1 && words[.heartbeat] == 0x1234 && words[.state] == 4)
        #expect(words[.partHigh] == 0xdead && words[.partLow] == 0xbeef && words[.sequence] == 0xfffe)
        #expect(words[.status] == 1 << 0 | 1 << 2 | 1 << 4)
        #expect(words[.verdict] == 3 && words[.verdictComplement] == 0xfffc && words[.reason] == 1)
        #expect(words[.age] == 97 && words[.modelCode] == 7 && words[.score] == 4_711)
    }

    @Test(arguments: extremes)
    func oneTurnedBitIsNoResult(_ result: LineResult) {
        let whole = Words(result)
        for place in whole.values.indices {
            for bit in 0..<16 {
                var torn = whole
                torn.values[place] ^= 1 << bit
                #expect(torn.result == nil, "bit \(bit) of register \(place)")
            }
        }
    }

    @Test func twoTurnedBitsAreNoResult() {
        let whole = Words(.busy)
        let bits = whole.values.count * 16
        var taken = 0
        for first in 0..<bits {
            for second in first + 1..<bits {
                var torn = whole
                torn.values[first / 16] ^= 1 << (first % 16)
                torn.values[second / 16] ^= 1 << (second % 16)
                if torn.result != nil { taken += 1 }
            }
        }
        #expect(taken == 0)
    }

    /// Half of a block from one cycle and half from the next: what a bus that reads word by word would see.
    @Test func halvesOfTwoCyclesAreNoResult() {
        let before = Words(.busy)
        let after = Words(
            LineResult {
                $0 = .busy
                $0.heartbeat += 1
                $0.part += 1
                $0.sequence += 1
                $0.verdict = .pass
            })
        for cut in 2..<RegisterMap.resultCount {
            let mixed = Words(Array(after.values[..<cut] + before.values[cut...]))
            #expect(mixed.result == nil, "cut before register \(cut)")
        }
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout Words) -> Void
    }

    /// The check agrees, and yet it is no result.
    @Test(arguments: [
        Wrong(testDescription: "no version") { $0[.mapVersion] = 0 },
        Wrong(testDescription: "another version") { $0[.mapVersion] = 2 },
        Wrong(testDescription: "complement missing") { $0[.verdictComplement] = 0 },
        Wrong(testDescription: "complement equal to the verdict") { $0[.verdictComplement] = $0[.verdict] },
        Wrong(testDescription: "complement of another verdict") { $0[.verdictComplement] = ~1 },
        Wrong(testDescription: "unknown verdict") {
            $0[.verdict] = 4
            $0[.verdictComplement] = ~4
        },
        Wrong(testDescription: "unknown reason") { $0[.reason] = 11 },
        Wrong(testDescription: "unknown state") { $0[.state] = 6 },
    ])
    func aSealedLieIsNoResult(_ wrong: Wrong) {
        var words = Words(.busy)
        wrong.change(&words)
        words.seal()
        #expect(words.result == nil)
    }

    @Test func bitsThatThisVersionDoesNotNameAreKept() {
        var words = Words(.busy)
        words[.status] |= 1 << 15
        words.seal()
        #expect(words.result?.status.rawValue == words[.status])
    }

    @Test(arguments: [UInt16(0), 1, 0x5555, .max])
    func registersThatNobodyWroteAreNoResult(_ filler: UInt16) {
        #expect(Words([UInt16](repeating: filler, count: RegisterMap.resultCount)).result == nil)
    }
}
