/// GStreamer's launch language, as far as we write it.
enum Pipeline {
    /// A value that means what it says whatever stands in it.
    static func quoted(_ value: String) -> String {
        var quoted = "\""
        for character in value {
            if character == "\"" || character == "\\" { quoted.append("\\") }
            quoted.append(character)
        }
        return quoted + "\""
    }

    /// What a V4L2 device is asked for; nil when anything will do.
    static func cameraCaps(form: String?, width: Int?, height: Int?, rate: UInt32?) -> String? {
        guard form != nil || width != nil || rate != nil else { return nil }
        let kinds = [
            "grey": "video/x-raw,format=GRAY8", "yuyv": "video/x-raw,format=YUY2", "rgb": "video/x-raw,format=RGB",
        ]
        var caps = form == "mjpeg" ? "image/jpeg" : form.flatMap { kinds[$0] } ?? "video/x-raw"
        if let width, let height { caps += ",width=\(width),height=\(height)" }
        if let rate { caps += ",framerate=\(rate)/1" }
        return caps
    }

    /// The steps that make one pixel format of whatever comes.
    static func conversion(to pixels: String?) -> [String] {
        guard let pixels else { return [] }
        return ["videoconvert", "video/x-raw,format=\(pixels == "grey" ? "GRAY8" : "RGB")"]
    }

    /// Without blanks and links at its ends: ours follows.
    static func trimmed(_ text: Substring) -> String {
        var rest = text
        while let last = rest.last, last.isWhitespace || last == "!" { rest = rest.dropLast() }
        while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
        return String(rest)
    }
}
