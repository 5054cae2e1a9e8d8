enum BenchVerb {
    static let verb = Verb(name: "bench", summary: "soon", usage: "bench", flags: [], run: { _ in 0 })
}
