/// What a bootstrap asks of the node by its exit status, before its component goes on.
package enum NodeRequest: Int32, Hashable, Sendable {
    case restartNode = 100
    case rebootDevice = 101
}
