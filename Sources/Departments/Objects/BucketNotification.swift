internal import Core
internal import XML

/// Whether a bucket tells the event bus what happens to its objects.
enum BucketNotification {
    static let all = [
        ObjectOperation(
            "GetBucketNotificationConfiguration", "GET", .bucket, ["notification"], action: "GetBucketNotification"
        ) { visit throws(ServiceProblem) in
            let notifies = try visit.bucket()[Notice.mark] != nil
            return ObjectAnswer("NotificationConfiguration") { xml in
                if notifies { xml.element("EventBridgeConfiguration", "") }
            }
        },
        ObjectOperation(
            "PutBucketNotificationConfiguration", "PUT", .bucket, ["notification"], action: "PutBucketNotification"
        ) { visit throws(ServiceProblem) in
            let root = try ObjectDocument.read(visit.intake.document, root: "NotificationConfiguration")
            // Queues, topics and functions are not here: saying yes would lose what is meant for them.
            if let other = root.children.first(where: { $0.name != "EventBridgeConfiguration" }) {
                throw ObjectProblem.invalid(
                    "Unable to validate the following destination configurations: \(other.name). This hub tells its event bus alone (EventBridgeConfiguration), whose rules have targets."
                )
            }
            let notifies = root["EventBridgeConfiguration"] != nil
            return try BucketSettings.change(visit) { $0[Notice.mark] = notifies ? true : nil }
        },
    ]
}
