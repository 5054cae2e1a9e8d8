package import Core
internal import Crypto

/// The hands of a deployment: what the node can do with its places. Every call may be made again after a power cut, also when it was done,
/// half done or never begun; none may wait long. A thrown fault is a refusal, for good.
package protocol Activator: AnyObject {
    /// Whether these may run here at all: signature, platform, runtime. All their blobs are in the depot.
    func verify(_ target: Target, in depot: Depot) throws(Fault)
    /// Gets ready beside what runs (unpacks, starts a second engine, warms it up), without touching that.
    func stage(_ target: Target, in depot: Depot) throws(Fault) -> Progress
    /// Asks those who run whether it suits them.
    func quiesce(_ places: [Place]) throws(Fault) -> Consent
    /// Makes the place run this, or nothing. At a node's start it is also how what was committed comes back.
    func activate(_ target: Target, in depot: Depot) throws(Fault) -> Progress
    /// Asked again and again while a release is on probation, until it says something else than `notYet`.
    func health(of place: Place) throws(Fault) -> Health
    /// A deployment is over; what was staged and is not active can go.
    func settled(_ finished: FinishedDeployment)
}

package enum Progress: Hashable, Sendable { case done, notYet }

package enum Consent: Hashable, Sendable {
    case granted
    /// Nobody has answered yet.
    case notYet
    /// They want so much time before they are asked again.
    case deferred(nanoseconds: UInt64)
}

package enum Health: Hashable, Sendable {
    case healthy
    case notYet
    case unhealthy(String)
}
