/// Leave that a call needs beside its own: what it sets going is done for whoever asked for it.
package struct Leave: Hashable, Sendable {
    package let action: String
    package let resource: String
    /// What is known of it alone, by condition keys.
    package let facts: [String: [String]]

    package init(_ action: String, on resource: String, facts: [String: [String]] = [:]) {
        self.action = action
        self.resource = resource
        self.facts = facts
    }

    /// To give a role to a service, which then acts with it.
    package init(passing role: String, to service: String) {
        self.init("iam:PassRole", on: role, facts: ["iam:PassedToService": [service]])
    }

    /// To send to what a rule or an alarm names; nil where nobody's leave is asked for, as with log groups.
    package init?(sendingTo arn: String) {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6 else { return nil }
        switch (parts[2], parts[5].prefix { $0 != "/" }) {
        case ("sqs", _): self.init("sqs:SendMessage", on: arn)
        case ("events", "event-bus"): self.init("events:PutEvents", on: arn)
        case ("events", "api-destination"): self.init("events:InvokeApiDestination", on: arn)
        case ("lineside", "command"): self.init("lineside:RunCommand", on: arn)
        default: return nil
        }
    }
}
