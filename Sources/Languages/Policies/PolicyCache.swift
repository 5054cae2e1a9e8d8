internal import Synchronization

/// Keeps policies that were read, because every call and every message is held against some.
package final class PolicyCache: Sendable {
    private static let documentsMax = 4096
    private let kind: PolicyDocument.Kind
    private let documents = Mutex<[String: PolicyDocument]>([:])

    package init(_ kind: PolicyDocument.Kind) { self.kind = kind }

    /// Nil for what is no policy: it was checked when it came in, and then allows nothing.
    package func document(_ text: String) -> PolicyDocument? {
        if let known = documents.withLock({ $0[text] }) { return known }
        guard let document = try? PolicyDocument(parsing: Array(text.utf8), as: kind) else { return nil }
        documents.withLock {
            if $0.count >= Self.documentsMax { $0 = [:] }
            $0[text] = document
        }
        return document
    }
}
