import COpenSSL
import DeskCrypto
import Glibc

/// Why a connection failed. Nothing can be sent or received on it any more.
///
/// Small and without references, because the most frequent calls return it; the text is made on demand.
public enum Failure: Equatable, Sendable, CustomStringConvertible {
    /// An errno of a system call: for example, the peer has reset the connection or cannot be reached.
    case system(errno: Int32)
    /// An error code of libssl: for example, the peer does not speak TLS, or no common version exists.
    case tls(code: UInt)
    /// The peer's certificate was rejected (X509_V_ERR_*).
    case untrusted(verdict: Int)
    /// The peer's key does not have the expected pin.
    case wrongPin
    /// The peer closed the connection during the handshake.
    case endedInHandshake
    /// The connection has been closed locally.
    case closed

    /// A message without a full stop.
    public var description: String {
        switch self {
        case .system(let errno): return NetError.text(of: errno)
        case .untrusted(let verdict): return unsafe String(cString: X509_verify_cert_error_string(verdict))
        case .wrongPin: return "the peer's key does not have the expected pin"
        case .endedInHandshake: return "the peer closed the connection during the handshake"
        case .closed: return "the connection has been closed"
        // What libssl reports for an answer in plain text: "wrong version number".
        case .tls(let code) where desk_is_wrong_version(code) == 1: return "the other end does not speak TLS"
        case .tls(let code): return CryptoError.reason(of: code)
        }
    }
}

/// The result of receiving.
public enum Received: Equatable, Sendable {
    /// The number of bytes at the front of the buffer, at least one.
    case bytes(Int)
    /// No bytes have arrived; poll for `Connection.interest`.
    case wait
    /// End of stream: the peer sends nothing more. Sending still works.
    case ended
    /// The connection has failed.
    case failed(Failure)
}

/// The result of sending.
public enum Sent: Equatable, Sendable {
    /// The number of bytes accepted, at least one unless none were given. They need not be kept.
    case moved(Int)
    /// The socket accepts nothing now; poll for `Connection.interest` and send the same bytes again. They may have
    /// moved in memory.
    case wait
    /// The connection has failed.
    case failed(Failure)
}
