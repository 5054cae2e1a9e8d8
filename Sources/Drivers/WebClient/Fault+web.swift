internal import CCurl
package import Core

extension Fault.Code {
    /// The other side is not who it should be, or does not take us for who we are.
    package static let tls = Fault.Code(rawValue: "tls")
    /// The server answered, and refused for good.
    package static let status = Fault.Code(rawValue: "status")
    /// Somebody here ended it.
    package static let cancelled = Fault.Code(rawValue: "cancelled")
}

extension Fault {
    /// 404 and 410 are `notFound`; what may be better later (408, 425, 429, 5xx) is `unavailable`; the rest is `status`.
    package static func status(_ status: Int, _ url: String) -> Fault {
        let code: Code =
            switch status {
            case 404, 410: .notFound
            case 408, 425, 429, 500...599: .unavailable
            default: .status
            }
        return Fault(code, "\(url) answered with status \(status)")
    }

    /// An answer that is longer than the asker would take.
    static func tooLong(_ url: String, _ bytesMax: Int) -> Fault {
        Fault(.exhausted, "\(url) is longer than \(bytesMax) bytes, which is all that would be taken")
    }

    static func cut(_ url: String) -> Fault { Fault(.unavailable, "\(url) ended before it was whole") }

    static func web(_ outcome: ls_web_outcome, _ url: String, _ words: String) -> Fault {
        let (code, hint): (Code, String?) =
            switch outcome {
            case LS_WEB_STOPPED: (.cancelled, nil)
            case LS_WEB_BAD_URL: (.invalid, "an address begins with http:// or https://")
            case LS_WEB_NO_HOST: (.unavailable, "check the host's name, and this machine's name server")
            case LS_WEB_NO_CONNECTION: (.unavailable, "look whether it runs, and whether a firewall stands between")
            case LS_WEB_TLS: (.tls, "check the certificates of both sides, and this machine's clock")
            case LS_WEB_TIMEOUT: (.timeout, nil)
            case LS_WEB_CUT: (.unavailable, nil)
            case LS_WEB_REDIRECTS: (.status, nil)
            default: (.unavailable, nil)
            }
        return Fault(code, "\(url): \(words)", hint: hint)
    }
}
