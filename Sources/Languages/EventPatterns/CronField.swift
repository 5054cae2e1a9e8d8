/// One field of a cron expression: `*`, `5`, `1-5`, `MON,WED`, `0/15`.
enum CronField {
    /// The numbers that it stands for; nil for something else. `names` stand for the first numbers of the range.
    static func numbers(_ text: String, _ range: ClosedRange<Int>, names: [String] = []) -> Set<Int>? {
        var numbers: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let some = part.isEmpty ? nil : steps(String(part), range, names) else { return nil }
            numbers.formUnion(some)
        }
        return numbers
    }

    private static func steps(_ text: String, _ range: ClosedRange<Int>, _ names: [String]) -> [Int]? {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard halves.count <= 2, let span = span(halves[0], range, names) else { return nil }
        guard halves.count == 2 else { return Array(span) }
        guard let step = Int(halves[1]), step > 0 else { return nil }
        // `5/10` goes on from the fifth to the end.
        let end = halves[0].contains("-") ? span.upperBound : range.upperBound
        return Array(stride(from: span.lowerBound, through: end, by: step))
    }

    private static func span(_ text: String, _ range: ClosedRange<Int>, _ names: [String]) -> ClosedRange<Int>? {
        if text == "*" { return range }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map {
            number(String($0), range, names)
        }
        guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else {
            return nil
        }
        return first...last
    }

    static func number(_ text: String, _ range: ClosedRange<Int>, _ names: [String]) -> Int? {
        if let place = names.firstIndex(of: text.uppercased()) { return range.lowerBound + place }
        guard text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let number = Int(text), range.contains(number) else {
            return nil
        }
        return number
    }
}
