package import Core

/// One thing that goes wrong in one place of one scenario: enough to do exactly that again.
package struct CutPoint: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// The process is killed before the step.
        case kill
        /// The power goes before the step, and takes what was not flushed; then it goes once more in the recovery, if there is a second.
        case loss(Loss, again: Again?)
        /// The disk refuses the step, and every later one if it is full for good.
        case refusal(Refusal)
    }

    /// The second cut: before which step of the recovery, and what it takes.
    package struct Again: Hashable, Sendable {
        let step: Int
        let loss: Loss
    }

    package enum Refusal: String, Hashable, Sendable, CaseIterable {
        case full, failing, staysFull, staysFailing

        var lasts: Bool { self == .staysFull || self == .staysFailing }
        var fault: Fault {
            switch self {
            case .full, .staysFull: Fault(.diskFull, "no space left on device")
            case .failing, .staysFailing: Fault(.diskFailing, "input/output error")
            }
        }
    }

    package let scenario: String
    package let step: Int
    package let kind: Kind

    package init(scenario: String, step: Int, kind: Kind) {
        self.scenario = scenario
        self.step = step
        self.kind = kind
    }

    /// `replace:17:loss:tail3`, `replace:17:loss:names:4:some9`, `install:3:kill`, `install:3:full`.
    package var description: String {
        let tail =
            switch kind {
            case .kill: "kill"
            case .loss(let loss, nil): "loss:\(loss)"
            case .loss(let loss, let again?): "loss:\(loss):\(again.step):\(again.loss)"
            case .refusal(let refusal): refusal.rawValue
            }
        return "\(scenario):\(step):\(tail)"
    }

    package init(parsing text: String) throws(Fault) {
        let words = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard words.count >= 3, Scenario.named(words[0]) != nil, let step = Int(words[1]),
            let kind = Self.kind(words.dropFirst(2))
        else {
            throw Fault(.invalid, "\"\(text)\" is no point of the drill", hint: "copy one as a failing drill prints it")
        }
        self.init(scenario: words[0], step: step, kind: kind)
    }

    private static func kind(_ words: ArraySlice<String>) -> Kind? {
        let words = Array(words)
        switch (words[0], words.count) {
        case ("kill", 1): return .kill
        case ("loss", 2): return Loss(parsing: words[1]).map { .loss($0, again: nil) }
        case ("loss", 4):
            guard let loss = Loss(parsing: words[1]), let step = Int(words[2]), let second = Loss(parsing: words[3])
            else {
                return nil
            }
            return .loss(loss, again: Again(step: step, loss: second))
        case (_, 1): return Refusal(rawValue: words[0]).map { .refusal($0) }
        default: return nil
        }
    }
}
