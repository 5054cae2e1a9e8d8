enum RunVerb {
    static let verb = Verb(name: "run", summary: "soon", usage: "run", flags: [], run: { _ in 0 })
}
