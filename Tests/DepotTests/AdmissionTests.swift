import Core
import Testing

@testable import Depot

@Suite struct AdmissionTests {
    struct Case: Sendable {
        let needed: Int
        var free = 10 << 20
        var reserve = 1 << 20
        var used = 0
        var cap: Int?
        let code: Fault.Code?
    }

    @Test(arguments: [
        Case(needed: 0, free: 0, code: nil),
        Case(needed: 8 << 20, code: nil),
        Case(needed: 9 << 20, code: .diskFull),
        Case(needed: 1, free: 1 << 20, code: .diskFull),
        Case(needed: 4 << 20, used: 4 << 20, cap: 8 << 20, code: nil),
        Case(needed: 4 << 20, used: 5 << 20, cap: 8 << 20, code: .exhausted),
        Case(needed: 0, used: 9 << 20, cap: 8 << 20, code: nil),
    ])
    func decides(_ test: Case) {
        let admission = Admission(
            neededBytes: test.needed, freeBytes: test.free, reserveBytes: test.reserve, usedBytes: test.used,
            bytesMax: test.cap)
        var code: Fault.Code?
        do throws(Fault) { try admission.check() } catch { code = error.code }
        #expect(code == test.code)
    }

    /// The sentence names what is needed, what is free and the cap.
    @Test func saysByHowMuch() {
        let admission = Admission(neededBytes: 70, freeBytes: 900, reserveBytes: 800, usedBytes: 5, bytesMax: 60)
        #expect {
            try admission.check()
        } throws: { error in
            let text = "\(error)"
            return text.contains("70 bytes are needed") && text.contains("900 are free") && text.contains("at most 60")
        }
    }
}
