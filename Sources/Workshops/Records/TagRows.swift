package import Core
package import Database

/// Words that people hang on what a desk has, by its ARN: rows of the desk's table `tags`.
extension Database {
    package func tag(_ arn: String, _ key: String, _ value: String) throws(Fault) {
        try run(
            "INSERT INTO tags VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET value = ?3",
            [.text(arn), .text(key), .text(value)])
    }

    package func untag(_ arn: String, _ keys: [String]) throws(Fault) {
        for key in keys { try run("DELETE FROM tags WHERE arn = ? AND key = ?", [.text(arn), .text(key)]) }
    }
}
