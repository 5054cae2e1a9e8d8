internal import Core
internal import JSON

/// Whoever asks for fleet provisioning by message is told that there is none, so that it does not wait for an answer.
/// <https://docs.aws.amazon.com/iot/latest/developerguide/fleet-provision-api.html>
extension FleetDesk {
    /// Topics under which devices ask for a certificate and to become a thing, in JSON.
    package static let provisioningFilters = [
        "$aws/certificates/create/json", "$aws/certificates/create-from-csr/json",
        "$aws/provisioning-templates/+/provision/json",
    ]

    /// A message under one of those topics.
    package func refuse(provisioningTopic topic: String) {
        let words =
            "fleet provisioning is not offered: make things and certificates beforehand, or let a node join by a token"
        let refusal: Datum = ["statusCode": 501, "errorCode": "NotImplemented", "errorMessage": .text(words)]
        tell(refusal, under: topic + "/rejected")
    }
}
