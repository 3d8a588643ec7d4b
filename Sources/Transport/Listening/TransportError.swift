internal import CSocket
internal import Glibc

/// Why a listener or its loop could not start. Each renders as one sentence.
public enum TransportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text is no listener; `reason` says what is wrong with it and what to write instead.
    case badListener(text: String, reason: String)
    /// The listener's host name has no address; `reason` is the resolver's.
    case unknownHost(listener: String, reason: String)
    /// The system refused the listener with this `errno`.
    case cannotListen(listener: String, errno: Int32)
    /// The system refused a Unix socket at this path with this `errno`.
    case cannotOpen(socket: String, errno: Int32)
    /// A listener for TLS, and no certificate for it.
    case certificateMissing(listener: String)
    /// A file of a certificate or key cannot be used; `reason` says why and what to do.
    case badCertificate(file: String, reason: String)
    /// A loop could not be started (no memory, no thread, no descriptor), with this `errno`.
    case cannotStart(errno: Int32)

    /// One sentence: what, where, what to do.
    public var description: String {
        switch self {
        case .badListener(let text, let reason):
            "\(text): \(reason)"
        case .unknownHost(let listener, let reason):
            "\(listener): unknown host (\(reason)); write an address, such as 127.0.0.1 or [::1]"
        case .cannotListen(let listener, let errno):
            "\(listener): \(Self.refusal(errno))"
        case .cannotOpen(let socket, let errno):
            "\(socket): \(Self.localRefusal(errno))"
        case .certificateMissing(let listener):
            "\(listener): TLS needs a certificate; name the PEM files of its chain and of its key"
        case .badCertificate(let file, let reason):
            "\(file): \(reason)"
        case .cannotStart(let errno):
            "network loop: \(Self.text(errno)); raise the limits on threads, files and memory"
        }
    }

    private static func refusal(_ errno: Int32) -> String {
        switch errno {
        case EADDRINUSE: "address already in use; stop the other program or choose another port"
        case EADDRNOTAVAIL: "this host has no such address; choose one that `ip address` shows"
        case EACCES, EPERM:
            "permission denied; ports below 1024 need CAP_NET_BIND_SERVICE, choose another port"
        case EAFNOSUPPORT: "this host has no IPv6; listen on an IPv4 address"
        default: "\(text(errno)); choose another address or port"
        }
    }

    private static func localRefusal(_ errno: Int32) -> String {
        switch errno {
        case ENAMETOOLONG:
            "a socket's path has at most \(csocket_longest_path()) bytes; choose a shorter directory"
        case EEXIST: "there is something that is no socket; move it away"
        case EACCES, EPERM: "permission denied; choose a directory and group that are yours"
        default: "\(text(errno)); choose another directory"
        }
    }

    static func text(_ errno: Int32) -> String {
        guard let text = csocket_error_text(errno) else { return "error \(errno)" }
        return String(cString: text).lowercased()
    }
}
