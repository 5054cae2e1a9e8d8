enum DoctorVerb {
    static let verb = Verb(name: "doctor", summary: "soon", usage: "doctor", flags: [], run: { _ in 0 })
}
