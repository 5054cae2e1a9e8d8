/// What would mend a finding, if the recipe were written again.
enum RecipeRemedy: Hashable, Sendable {
    /// Words of a script.
    case rewrite(String, to: String)
    /// A package for the first `pip install` of the component or of those it depends on.
    case install(String)
    /// A variable of the manifest at a path.
    case set(String, to: String, manifest: String)
    case depend(on: String, requirement: String)
    /// Other bytes for a file that stands in the recipe itself.
    case replace([UInt8])
    /// A value of the default configuration.
    case configure(String, to: String)
}
