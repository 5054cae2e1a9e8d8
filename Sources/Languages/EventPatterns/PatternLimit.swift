/// How much of anything a pattern, a path or a template may ask for.
package enum PatternLimit {
    /// EventBridge's own limit for the text of a pattern.
    package static let patternBytesMax = 4096
    /// Objects within objects, `$or` counted as one.
    package static let depthMax = 32
    /// Ways through the alternatives of all `$or` together.
    package static let branchesMax = 1000
    /// Either way from 0: the numbers that `numeric` and `anything-but` compare.
    package static let numberMax = 5.0e9
    /// The text of one path.
    package static let pathBytesMax = 256
    /// Named paths of one template.
    package static let pathsMax = 100
    /// The name of a path.
    package static let nameBytesMax = 256
    /// The text of a template.
    package static let templateBytesMax = 8192
}
