/// How metrics, alarms and dashboards say no: in the names of their service's model, by which clients of typed
/// languages tell refusals apart.
enum MetricProblem {
    static let invalidCode = "InvalidParameterValueException"

    /// What these refusals were called in forms, which clients still look for.
    static let olderCodes = [
        "DashboardInvalidInputError": "InvalidParameterInput", "DashboardNotFoundError": "ResourceNotFound",
        "InvalidFormatFault": "InvalidFormat", "InvalidParameterCombinationException": "InvalidParameterCombination",
        invalidCode: "InvalidParameterValue", "LimitExceededFault": "LimitExceeded",
        "MissingRequiredParameterException": "MissingParameter",
        "ResourceNotFoundException": "ResourceNotFoundException", "ValidationException": "ValidationError",
    ]
}
