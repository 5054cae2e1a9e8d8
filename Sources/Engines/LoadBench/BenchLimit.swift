/// What a load test may ask of its own machine.
package enum BenchLimit {
    /// `pselect` takes descriptors below 1,024, and the program has others open.
    package static let connectionsMax = 512
    /// Requests a second; one thread does not send more.
    package static let rateMax = 1_000_000.0
    /// Every sample is kept, twice eight bytes each: 800 MB at most, and untouched memory costs nothing.
    package static let samplesMax = 50_000_000
    /// Room taken at the start when the number of requests cannot be known.
    package static let closedLoopSamples = 4_000_000
    /// The body of the request, which is held once.
    package static let bodyBytesMax = 256 << 20
    /// Status line and headers of an answer, and again its chunk sizes and trailers.
    package static let responseHeaderBytesMax = 64 << 10
    /// The one buffer that all connections read into.
    package static let receiveBytes = 256 << 10
    /// Objects inside objects in a saved report, which needs two.
    package static let savedReportDepthMax = 8
    /// The size of a saved report, which needs two thousand.
    package static let savedReportBytesMax = 1 << 20
    /// A request that starts this long after its intended time is counted as late.
    package static let lateStart: Nanoseconds = 1_000_000
    /// How often deadlines and the stop flag are looked at, whatever else happens.
    package static let tick: Nanoseconds = 10_000_000
    /// How often the progress callback is called.
    package static let progressPeriod: Nanoseconds = 1_000_000_000
    /// How long opening all connections may take.
    package static let openingTime: Nanoseconds = 5_000_000_000
    /// In a closed loop, how long a connection that was refused waits before it asks again.
    package static let restAfterFailure: Nanoseconds = 50_000_000
}
