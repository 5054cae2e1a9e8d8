internal import Core
internal import PartLedger
internal import Process

/// On what parts are judged, as far as it can change a result.
enum MachineFacts {
    static func facts(threads: Int) -> [EventRecord.Fact] {
        [
            EventRecord.Fact("lineside", Verbs.version), EventRecord.Fact("threads", threads),
            EventRecord.Fact("processors", ProcessFacts.processorCount),
            EventRecord.Fact("processor", ProcessFacts.processorName),
            EventRecord.Fact("features", ProcessFacts.processorFeatures),
        ]
    }
}
