/// The two forms in which a request may name what it wants: a path, or the path behind a scheme and a host.
enum TargetForm {
    /// > a server MUST accept the absolute-form in requests even though most HTTP/1.1 clients will only send the
    /// > absolute-form to a proxy. <RFC 9112, 3.2.2>
    static func path(_ target: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let slash = UInt8(ascii: "/")
        guard unsafe target.first != slash, let colon = unsafe target.firstIndex(of: UInt8(ascii: ":")),
            colon + 2 < target.count, unsafe target[colon + 1] == slash, unsafe target[colon + 2] == slash
        else { return unsafe target }
        let host = colon + 3
        guard let start = unsafe target[host...].firstIndex(of: slash) else {
            // A host alone means its root: the last slash before it is as good as any.
            return unsafe UnsafeRawBufferPointer(rebasing: target[(host - 1)..<host])
        }
        return unsafe UnsafeRawBufferPointer(rebasing: target[start...])
    }
}
