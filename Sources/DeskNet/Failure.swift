import COpenSSL
import DeskCrypto
import Glibc

/// Why a connection ended without an orderly end. Nothing more can be sent or received on it.
///
/// A few bytes without a reference, because it travels in the results of the busiest calls; the words are made when
/// asked for.
public enum Failure: Equatable, Sendable, CustomStringConvertible {
    /// The system reports an errno: the peer is gone, or does not take what is sent, or cannot be reached.
    case system(errno: Int32)
    /// libssl reports an error of its own: the peer does not speak TLS, or breaks it, or shares no version with us.
    case tls(code: UInt)
    /// The peer's certificate is not to be trusted (X509_V_ERR_*).
    case untrusted(verdict: Int)
    /// The peer's key is not the one that was pinned.
    case wrongPin
    /// The peer hung up in the middle of the handshake.
    case endedInHandshake
    /// The connection was closed on this side before.
    case closed

    /// The reason in words, without a full stop.
    public var description: String {
        switch self {
        case .system(let errno): return NetError.text(of: errno)
        case .untrusted(let verdict): return unsafe String(cString: X509_verify_cert_error_string(verdict))
        case .wrongPin: return "the peer's key is not the pinned one"
        case .endedInHandshake: return "the peer hung up during the handshake"
        case .closed: return "closed on this side"
        // What an answer in plain text is for libssl: "wrong version number".
        case .tls(let code) where desk_is_wrong_version(code) == 1: return "the other end does not speak TLS"
        case .tls(let code): return CryptoError.reason(of: code)
        }
    }
}

/// What came of receiving.
public enum Received: Equatable, Sendable {
    /// So many bytes, at least one, lie at the front of the buffer.
    case bytes(Int)
    /// Nothing is there; wait for what `Connection.interest` says.
    case wait
    /// The peer has said all he will say. Sending still works.
    case ended
    /// The connection is broken.
    case failed(Failure)
}

/// What came of sending.
public enum Sent: Equatable, Sendable {
    /// So many bytes from the front, at least one unless none were given, are on their way and need not be kept.
    case moved(Int)
    /// The socket is full; wait for what `Connection.interest` says and offer the same bytes again, wherever they lie
    /// then.
    case wait
    /// The connection is broken.
    case failed(Failure)
}
