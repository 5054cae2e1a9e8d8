internal import JSON

/// How every door says no: one text under the key that its clients read.
extension Exchange {
    package func refuse(_ status: Status, _ key: StaticString, _ text: String) {
        respond(status) { buffer in
            var json = JSONWriter(buffer)
            json.beginObject()
            json.key(key)
            json.string(text)
            json.endObject()
        }
    }
}
