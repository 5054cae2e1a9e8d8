package import AWSProtocol
package import Core
package import Crypto

/// What deployments need of the house beside their own room; the roof introduces them.
package protocol Plant: Sendable {
    /// The SHA-256 of an object's bytes; nil when it is not there, or not for this caller to read.
    func digest(
        ofObject key: String, in bucket: String, for caller: AWSProtocol.Caller
    ) throws(ServiceProblem) -> SHA256Digest?
    /// An address from which an object's bytes can be had for a while, by whoever has it.
    func address(ofObject key: String, in bucket: String) throws(ServiceProblem) -> String

    func hasThing(_ name: String) throws(ServiceProblem) -> Bool
    func hasGroup(_ name: String) throws(ServiceProblem) -> Bool
    /// Those of the groups below it too.
    func things(inGroup group: String) throws(ServiceProblem) -> [String]
    /// The groups that a thing is in, by name, each with those above it from the root down.
    func groups(ofThing thing: String) throws(ServiceProblem) -> [(name: String, above: [String])]
    /// Has every thing of a group told, those too that come into it later.
    func offer(
        _ document: Datum, asJob id: String, to group: String, _ settings: DatumMap
    ) throws(ServiceProblem)
    /// How the things of a job are with it; nothing where there is no such job.
    func progress(ofJob id: String) throws(ServiceProblem) -> [JobProgress]
    /// Takes that back from those who are not done.
    func withdraw(job id: String) throws(ServiceProblem)
    /// Says in a thing's shadow what is wanted of it.
    func want(_ desired: Datum, of thing: String, inShadow name: String) throws(ServiceProblem)
    /// What is wanted of a thing in its shadow now.
    func wanted(of thing: String, inShadow name: String) throws(ServiceProblem) -> Datum?
    /// What a thing last said in its shadow.
    func reported(by thing: String, inShadow name: String) throws(ServiceProblem) -> Datum?
}

/// What one thing has made of a job so far.
package struct JobProgress: Hashable, Sendable {
    package let thing: String
    package let status: String
    package let details: Datum

    package init(thing: String, status: String, details: Datum) {
        self.thing = thing
        self.status = status
        self.details = details
    }
}
