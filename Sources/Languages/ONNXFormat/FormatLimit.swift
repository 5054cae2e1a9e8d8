/// What a model file may ask of its reader.
package enum FormatLimit {
    /// Messages inside messages; protobuf's own readers stop at the same depth.
    package static let nestingDepthMax = 100
    /// The largest field number protobuf allows.
    package static let fieldNumberMax = (1 << 29) - 1
    /// A 64-bit number needs ten bytes of seven bits.
    package static let varintBytesMax = 10
}
