package import Core
internal import ReleaseTrust
package import WebClient

/// A repository behind two addresses.
package struct WebSource: ReleaseSource {
    private let client: WebClient
    private let metadataURL: String
    private let targetsURL: String?
    private let cancellation: WebCancellation?
    private let metadataMilliseconds: Int?

    /// One metadata file may take as long as the client's least speed lets it, or `metadataMilliseconds`.
    package init(
        _ client: WebClient, metadataURL: String, targetsURL: String?, cancellation: WebCancellation? = nil,
        metadataMilliseconds: Int? = nil
    ) {
        self.metadataMilliseconds = metadataMilliseconds
        self.client = client
        self.metadataURL = Self.folder(metadataURL)
        self.targetsURL = targetsURL.map(Self.folder)
        self.cancellation = cancellation
    }

    private static func folder(_ url: String) -> String { url.hasSuffix("/") ? url : url + "/" }

    /// Stores that list nothing answer 403 for what they do not have.
    package func metadata(_ name: String, bytesMax: Int) throws(Fault) -> [UInt8]? {
        let request = WebRequest("GET", metadataURL + name, wholeMilliseconds: metadataMilliseconds)
        let answer = try client.send(request, bodyBytesMax: bytesMax, cancellation: cancellation)
        if [403, 404, 410].contains(answer.status) { return nil }
        return try answer.succeeded().body
    }

    package func target(
        _ path: String, bytesMax: Int, from offset: Int,
        take: @escaping (UnsafeRawBufferPointer, Int) throws(Fault) -> Void
    ) throws(Fault) {
        guard let targetsURL else { throw Fault(.invalid, "no address was given to fetch targets from") }
        let wanted = WebFetch(
            targetsURL + PercentText.encoded(path, keepingSlash: true), bytesMax: bytesMax, from: offset)
        _ = unsafe try client.fetch(wanted, cancellation: cancellation, take: take)
    }
}
