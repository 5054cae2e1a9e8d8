/// How much a body of chunks may ask of who reads it.
package struct ChunkLimits: Hashable, Sendable {
    /// What comes before a chunk: sixteen digits and a signature need 97.
    package var headBytesMax = 128
    /// Everything behind the chunks.
    package var trailerBytesMax = 4096
    /// S3 takes five gibibytes in one request, and some clients send them as one chunk.
    package var chunkBytesMax = 5 << 30

    package init() {}
}
