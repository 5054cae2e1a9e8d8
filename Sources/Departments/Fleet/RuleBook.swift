internal import Core
internal import TopicRules

/// The rules as they work now, by what they are asked for.
struct RuleBook: Sendable {
    /// > To use Basic Ingest, you send messages with topic names that start with $aws/rules/rule-name.
    /// <https://docs.aws.amazon.com/iot/latest/developerguide/iot-basic-ingest.html>
    static let ingestFilter = "$aws/rules/#"
    private static let ingestStart = "$aws/rules/"

    private var all: [String: TopicRule] = [:]
    private var byFilter: [String: [TopicRule]] = [:]
    /// The broker waits while these are asked: each is there once.
    private var senderFilters: [TopicFilter] = []

    init() {}

    /// Rules that are in `last` as they are need not be read again.
    init(_ records: [(name: String, record: DatumMap)], last: RuleBook) {
        for (name, record) in records {
            if let known = last.all[name], known.record == record {
                all[name] = known
                continue
            }
            do throws(ServiceProblem) { all[name] = try TopicRule(name, record) } catch {
                Log.line("rule \(name) does not work: \(error.message)")
            }
        }
        let enabled = all.values.filter { !$0.isDisabled }.sorted { $0.name < $1.name }
        byFilter = Dictionary(grouping: enabled) { $0.statement.filter?.text ?? "" }
        byFilter[""] = nil
        senderFilters = Array(Set(enabled.filter(\.asksForSender).compactMap(\.statement.filter)))
    }

    subscript(name: String) -> TopicRule? { all[name] }

    /// What is to be heard of.
    var filters: Set<String> {
        Set(byFilter.keys).union(all.values.allSatisfy(\.isDisabled) ? [] : [Self.ingestFilter])
    }

    /// The rules that a message is for which came by a filter, and its topic as they know it.
    func rules(for topic: String, by filter: String) -> (rules: [TopicRule], topic: String) {
        if filter == Self.ingestFilter { return named(by: topic) }
        // What the broker kept while the hub was away may come by a filter that has become another's.
        return (byFilter[filter]?.filter { $0.statement.filter?.matches(topic) ?? false } ?? [], topic)
    }

    /// The same of a message that comes by no filter.
    func rules(for topic: String) -> (rules: [TopicRule], topic: String) {
        if topic.hasPrefix(Self.ingestStart) { return named(by: topic) }
        return (byFilter.values.flatMap(\.self).filter { $0.statement.filter?.matches(topic) ?? false }, topic)
    }

    /// `$aws/rules/NAME/TOPIC`
    private func named(by topic: String) -> (rules: [TopicRule], topic: String) {
        let words = topic.dropFirst(Self.ingestStart.count).split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = words.first, let rule = all[String(name)], !rule.isDisabled else { return ([], topic) }
        return ([rule], words.count > 1 ? String(words[1]) : "")
    }

    func wantsSender(of topic: String) -> Bool {
        if topic.hasPrefix(Self.ingestStart) { return named(by: topic).rules.contains(where: \.asksForSender) }
        if senderFilters.isEmpty { return false }
        let words = TopicFilter.words(of: topic)
        return senderFilters.contains { $0.matches(words) }
    }
}
