internal import Core

/// A value that a condition compares with. Variables have a meaning in texts and ARNs only, as AWS documents it.
enum ConditionOperand: Hashable, Sendable {
    case text(PolicyTemplate)
    case textIgnoringCase(PolicyTemplate)
    case like(PolicyTemplate)
    case arn(PolicyTemplate)
    case numeric(ConditionOperator.Order, ConditionNumber)
    case date(ConditionOperator.Order, CivilMoment)
    case bool(Bool)
    case binary([UInt8])
    case address(AddressRange)

    /// Nil when the text is not of the operator's kind.
    init?(_ text: String, for family: ConditionOperator.Family, knowsVariables: Bool) {
        let template = { PolicyTemplate(parsing: text, knowsVariables: knowsVariables) }
        let operand: ConditionOperand? =
            switch family {
            case .text: template().map(Self.text)
            case .textIgnoringCase: template().map(Self.textIgnoringCase)
            case .like: template().map(Self.like)
            case .arn: template().map(Self.arn)
            case .numeric(let order): ConditionNumber(parsing: text).map { .numeric(order, $0) }
            case .date(let order): CivilMoment(parsing: text).map { .date(order, $0) }
            case .bool, .null: Bool(text.lowercased()).map(Self.bool)
            case .binary: Base64.bytes(text).map(Self.binary)
            case .address: AddressRange(parsing: text).map(Self.address)
            }
        guard let operand else { return nil }
        self = operand
    }

    /// Compares one value of a request.
    func match(_ value: String, _ context: RequestContext) -> Match {
        let isHit: Bool? =
            switch self {
            case .text(let template): template.text(context).map { $0.isSame(as: value) }
            case .textIgnoringCase(let template):
                template.text(context).map { $0.lowercased().isSame(as: value.lowercased()) }
            case .like(let template): template.pattern(context).map { $0.matches(value) }
            case .arn(let template): template.pattern(context).map { $0.matches(arn: value) }
            case .numeric(let order, let number): ConditionNumber(parsing: value).map { order.holds($0, number) }
            case .date(let order, let moment): CivilMoment(parsing: value).map { order.holds($0, moment) }
            case .bool(let bool): Bool(value.lowercased()).map { $0 == bool }
            case .binary(let bytes): Base64.bytes(value).map { $0 == bytes }
            case .address(let range): AddressRange(address: value).map(range.contains)
            }
        return isHit.map { Match($0) } ?? .unknown
    }
}
