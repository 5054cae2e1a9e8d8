/// How long each stage of a decision took, in microseconds.
package struct StageTimes: Hashable, Sendable {
    package var acquire: UInt64 = 0
    package var preprocess: UInt64 = 0
    package var queue: UInt64 = 0
    package var run: UInt64 = 0
    package var decide: UInt64 = 0
    /// From the trigger to the verdict: more than the sum when something else took time too.
    package var total: UInt64 = 0

    package init() {}

    package static let names: [(name: String, path: any WritableKeyPath<StageTimes, UInt64> & Sendable)] = [
        ("acquire", \.acquire), ("preprocess", \.preprocess), ("queue", \.queue), ("run", \.run), ("decide", \.decide),
        ("total", \.total),
    ]
}
