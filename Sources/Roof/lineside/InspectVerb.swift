enum InspectVerb {
    static let verb = Verb(name: "inspect", summary: "soon", usage: "inspect", flags: [], run: { _ in 0 })
}
