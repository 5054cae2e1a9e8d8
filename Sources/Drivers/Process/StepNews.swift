/// What a warden tells of its step.
package enum StepNews: Hashable, Sendable {
    case started(pid: Int32)
    /// It could not be started: what was being done, and the error number.
    case failed(stage: StepStage, errno: Int32)
    /// Its first process ended; others may still run.
    case exited(StepEnd)
    /// Nothing of it runs any more; the warden ends.
    case empty

    private static let stageFactor: Int32 = 1_000

    /// One letter and one number.
    var message: [UInt8] {
        let (letter, value): (UInt8, Int32) =
            switch self {
            case .started(let pid): (UInt8(ascii: "S"), pid)
            case .failed(let stage, let errno): (UInt8(ascii: "F"), stage.rawValue * Self.stageFactor + errno)
            case .exited(.code(let code)): (UInt8(ascii: "X"), code)
            case .exited(.signal(let number)): (UInt8(ascii: "K"), number)
            case .empty: (UInt8(ascii: "E"), 0)
            }
        return [letter] + Array("\(value)".utf8)
    }

    init?(message: some Collection<UInt8>) {
        guard let letter = message.first, let value = Int32(String(decoding: message.dropFirst(), as: UTF8.self)) else {
            return nil
        }
        switch letter {
        case UInt8(ascii: "S"): self = .started(pid: value)
        case UInt8(ascii: "F"):
            guard let stage = StepStage(rawValue: value / Self.stageFactor) else { return nil }
            self = .failed(stage: stage, errno: value % Self.stageFactor)
        case UInt8(ascii: "X"): self = .exited(.code(value))
        case UInt8(ascii: "K"): self = .exited(.signal(value))
        case UInt8(ascii: "E"): self = .empty
        default: return nil
        }
    }
}

/// How a process ended, such as a step's first.
package enum StepEnd: Hashable, Sendable, CustomStringConvertible {
    case code(Int32)
    case signal(Int32)

    /// As the kernel tells it to whoever collects the process.
    init(waitStatus: Int32) {
        let number = waitStatus & 0x7f
        self = number == 0 ? .code((waitStatus >> 8) & 0xff) : .signal(number)
    }

    package var description: String {
        switch self {
        case .code(let code): "exit status \(code)"
        case .signal(let number): "signal \(number)"
        }
    }
}

/// What was being done when a step could not be started.
package enum StepStage: Int32, Hashable, Sendable {
    case starting, groups, user, folder, program

    package var text: String {
        switch self {
        case .starting: "starting a process"
        case .groups: "taking the user's groups"
        case .user: "becoming the user"
        case .folder: "entering the work folder as the user"
        case .program: "running the shell"
        }
    }
}
