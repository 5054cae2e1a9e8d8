internal import CKernel
internal import Core

// How letters lie in a cell: seven words.

extension PartKey {
    var numbers: UInt64 { UInt64(part) << 16 | UInt64(sequence) }

    init(numbers: UInt64, triggered: UInt64) {
        self.init(
            part: UInt32(truncatingIfNeeded: numbers >> 16), sequence: UInt16(truncatingIfNeeded: numbers),
            triggered: Instant(nanoseconds: triggered))
    }
}

extension TriggerLetter {
    var cell: ls_letter {
        var cell = ls_letter()
        cell.word.0 = key.numbers
        cell.word.1 = key.triggered.nanoseconds
        cell.word.2 = UInt64(kind.rawValue) << 48 | UInt64(partNumber) << 32 | UInt64(ioLife)
        return cell
    }

    init?(_ cell: ls_letter) {
        guard let kind = Kind(rawValue: UInt16(truncatingIfNeeded: cell.word.2 >> 48)) else { return nil }
        self.init(
            key: PartKey(numbers: cell.word.0, triggered: cell.word.1),
            partNumber: UInt16(truncatingIfNeeded: cell.word.2 >> 32), ioLife: UInt32(truncatingIfNeeded: cell.word.2),
            kind: kind)
    }
}

extension VerdictLetter {
    var cell: ls_letter {
        var cell = ls_letter()
        cell.word.0 = key.numbers
        cell.word.1 = key.triggered.nanoseconds
        cell.word.2 = UInt64(verdict.rawValue) << 32 | UInt64(reason.rawValue) << 16 | UInt64(modelCode)
        cell.word.3 = UInt64(stationLife) << 32 | UInt64(ioLife)
        cell.word.4 = UInt64(score.bitPattern)
        cell.word.5 = decided.nanoseconds
        cell.word.6 = entry
        return cell
    }

    init?(_ cell: ls_letter) {
        guard let verdict = Verdict(rawValue: UInt16(truncatingIfNeeded: cell.word.2 >> 32)),
            let reason = Reason(rawValue: UInt16(truncatingIfNeeded: cell.word.2 >> 16))
        else { return nil }
        self.init(
            key: PartKey(numbers: cell.word.0, triggered: cell.word.1), verdict: verdict, reason: reason,
            modelCode: UInt16(truncatingIfNeeded: cell.word.2),
            score: Float(bitPattern: UInt32(truncatingIfNeeded: cell.word.4)),
            stationLife: UInt32(truncatingIfNeeded: cell.word.3 >> 32),
            ioLife: UInt32(truncatingIfNeeded: cell.word.3),
            decided: Instant(nanoseconds: cell.word.5), entry: cell.word.6)
    }
}

extension OutcomeLetter {
    var cell: ls_letter {
        var cell = ls_letter()
        cell.word.0 = key.numbers
        cell.word.1 = key.triggered.nanoseconds
        cell.word.2 = UInt64(kind.rawValue) << 48 | UInt64(verdict.rawValue) << 32
        cell.word.2 |= UInt64(reason.rawValue) << 16 | UInt64(ackVerdict)
        cell.word.3 = at.nanoseconds
        return cell
    }

    init?(_ cell: ls_letter) {
        guard let kind = Kind(rawValue: UInt16(truncatingIfNeeded: cell.word.2 >> 48)),
            let verdict = Verdict(rawValue: UInt16(truncatingIfNeeded: cell.word.2 >> 32)),
            let reason = Reason(rawValue: UInt16(truncatingIfNeeded: cell.word.2 >> 16))
        else { return nil }
        self.init(
            key: PartKey(numbers: cell.word.0, triggered: cell.word.1), kind: kind, verdict: verdict, reason: reason,
            ackVerdict: UInt16(truncatingIfNeeded: cell.word.2), at: Instant(nanoseconds: cell.word.3))
    }
}

extension PLCSign {
    init(word: UInt64) {
        self.init(
            isConnected: word & 1 << 16 != 0, hasFault: word & 1 << 17 != 0, isBypassed: word & 1 << 18 != 0,
            isEnabled: word & 1 << 19 != 0, heartbeat: UInt16(truncatingIfNeeded: word),
            wantsReset: word & 1 << 20 != 0)
    }

    var word: UInt64 {
        UInt64(heartbeat) | (isConnected ? 1 << 16 : 0) | (hasFault ? 1 << 17 : 0) | (isBypassed ? 1 << 18 : 0)
            | (isEnabled ? 1 << 19 : 0) | (wantsReset ? 1 << 20 : 0)
    }
}
