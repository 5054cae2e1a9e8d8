package import Core

/// Something that goes wrong with the PLC at a moment: `KIND@SECONDS[+DURATION]`.
package struct ConveyorFault: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// The PLC's program stands still: no heartbeat, no triggers; the bus answers with what was.
        case halt
        /// The PLC is switched off and on again.
        case restart
        /// The bus does not answer.
        case silence
        /// The bus answers late.
        case late
        /// The PLC's registers hold nonsense.
        case garbage
        /// The last part is triggered again.
        case duplicate
        /// Triggers that nobody sees.
        case skip
        /// A turn that was used before.
        case swap
        /// The line runs in bypass.
        case bypass
    }

    package let kind: Kind
    package let at: UInt64
    package let span: UInt64

    package init(parsing text: String) throws(Fault) {
        let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
        let wrong = Fault(
            .invalid, "'\(text)' is not a fault", hint: "write KIND@SECONDS or KIND@SECONDS+DURATION; kinds: \(kinds)")
        let halves = text.split(separator: "@", omittingEmptySubsequences: false)
        guard halves.count == 2, let kind = Kind(rawValue: String(halves[0])) else { throw wrong }
        let times = halves[1].split(separator: "+", omittingEmptySubsequences: false)
        guard let at = Double(times[0]), at >= 0, at <= 1e6, times.count <= 2 else { throw wrong }
        var span = 1.0
        if times.count == 2 {
            guard let given = Double(times[1]), given >= 0, given <= 1e6 else { throw wrong }
            span = given
        }
        self.kind = kind
        self.at = Span64.seconds(at)
        self.span = Span64.seconds(span)
    }
}
