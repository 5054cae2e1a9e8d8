/// What a list or a map is called where a service writes it flat: `Tag.1.Key=a` is a key of the member `Tags`, and the
/// answer has an element `Tag` for each entry, with nothing around them.
package struct FlatName: Hashable, Sendable {
    package let name: String
    /// Of a map's entries.
    package let key: String
    package let value: String

    package init(_ name: String, key: String = "Name", value: String = "Value") {
        self.name = name
        self.key = key
        self.value = value
    }
}
