internal import AWSProtocol

/// What lists and maps are called in the older protocol, which writes all of them flat.
enum QueueForms {
    private static let names: [String: FlatName] = [
        "Attributes": FlatName("Attribute"), "AttributeNames": FlatName("AttributeName"),
        "MessageAttributes": FlatName("MessageAttribute"), "MessageAttributeNames": FlatName("MessageAttributeName"),
        "MessageSystemAttributes": FlatName("MessageSystemAttribute"),
        "MessageSystemAttributeNames": FlatName("MessageSystemAttributeName"), "Messages": FlatName("Message"),
        "tags": FlatName("Tag", key: "Key"), "Tags": FlatName("Tag", key: "Key"), "TagKeys": FlatName("TagKey"),
        "QueueUrls": FlatName("QueueUrl"), "queueUrls": FlatName("QueueUrl"),
        "Failed": FlatName("BatchResultErrorEntry"),
    ]

    /// Entries of batches are called by their operation.
    static func names(of operation: String) -> [String: FlatName] {
        names.merging([
            "Entries": FlatName(operation + "RequestEntry"), "Successful": FlatName(operation + "ResultEntry"),
        ]) { $1 }
    }
}
