package import Core

/// Where a body goes that is too long to be kept: piece by piece, as it comes. Confined to its reactor's thread, and quick.
package protocol BodySink: AnyObject {
    /// False when no more is wanted: the request is handled at once, and its connection ends with the answer.
    func take(_ piece: UnsafeRawBufferPointer) -> Bool
}

/// Where an answer comes from that is too long to be kept: piece by piece, as the client takes it. Confined to its reactor's
/// thread, and quick.
package protocol BodySource: AnyObject {
    /// Appends the next piece, at most so many bytes. False when there is none although there should be: the connection
    /// ends, so that nobody takes a part for the whole.
    func give(_ bytesMax: Int, to buffer: ByteBuffer) -> Bool
}
