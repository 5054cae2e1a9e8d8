/// What a house tells of its components, as it happens.
package enum HouseNews: Hashable, Sendable {
    case state(ComponentRow)
    /// A component's bootstrap asks for this; the component waits until the house is told to go on.
    case request(name: String, NodeRequest)
}

/// One component as it stands.
package struct ComponentRow: Hashable, Sendable {
    package let name: String
    package let version: String
    package let state: ComponentState
    /// Why it is there, when that needs saying.
    package let reason: String
    /// Milliseconds since 1970.
    package let since: UInt64
    /// The first process of its startup or run.
    package let pid: Int32?
    /// What it waits for before it can start.
    package let waitsFor: [String]
    /// How often it was started, the first time included.
    package let starts: UInt64
}
