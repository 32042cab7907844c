import COpenSSL
public import DeskCrypto
import Glibc

/// Whom a client believes.
public enum Trust: Equatable, Sendable {
    /// Certificates that lead to an authority of this file (PEM), or of the system's when there is none, and that
    /// name the host.
    case authorities(file: String?)
    /// The one key with this pin (`Certificate.pin`), whatever name its certificate bears.
    case pin(String)
}

/// Keys and rules for TLS (TLS 1.2 and newer), shared by many connections.
///
/// Replacing one is: make a new one, accept with it from then on, drop the old one. Connections hold on to what they
/// were made with. Any thread may make one; afterwards it belongs to the thread of the loop.
@safe public final class TLSContext {
    let raw: OpaquePointer
    private let trust: Trust?
    /// When a server's certificate is valid; nil for a client, and for a certificate whose times cannot be read.
    public let validity: Certificate.Validity?

    /// Reads certificates and key for a server; throws, and leaves nothing behind, if anything is not as it should
    /// be.
    ///
    /// The certificate file holds the chain, the server's own first (PEM). The key file must be readable by its owner
    /// alone and not be encrypted. Clients that offer protocols by ALPN (RFC 7301) must offer `protocolName`; those
    /// that offer none are taken as well.
    public init(certificateFile: String, keyFile: String) throws(NetError) {
        // Read here and not by libssl, which would wait for the writer of a FIFO and says little about what went wrong.
        let key = try Files.readPrivate(keyFile, as: "the key", limit: 1 << 16)
        let certificate = try Files.read(certificateFile, as: "the certificate", limit: 1 << 20)
        validity = try? Certificate.validity(pem: certificate)
        trust = nil
        // Now deinit frees what was made, also when one of the steps below throws.
        unsafe raw = unsafe try TLSContext.make(TLS_server_method())
        unsafe SSL_CTX_set_options(raw, desk_server_options())
        unsafe SSL_CTX_set_num_tickets(raw, 0)
        try use(certificate, from: certificateFile)
        try use(key: key, from: keyFile)
        unsafe TLSContext.selectProtocol(raw)
    }

    /// Makes the rules of a client, who offers `protocolName` by ALPN unless told otherwise.
    public init(trusting trust: Trust, offering protocols: [String] = [TLSContext.protocolName]) throws(NetError) {
        unsafe raw = unsafe try TLSContext.make(TLS_client_method())
        self.trust = trust
        self.validity = nil
        unsafe SSL_CTX_set_options(raw, desk_client_options())
        if case .authorities(let file) = trust {
            if let file {
                try trustAuthorities(of: file)
            } else if unsafe SSL_CTX_set_default_verify_paths(raw) != 1 {
                throw .library(doing: "read the authorities of this system")
            }
            unsafe SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nil)
        }
        let offer = protocols.flatMap { [UInt8(truncatingIfNeeded: $0.utf8.count)] + Array($0.utf8) }
        // This one function returns 0 for success (SSL_CTX_set_alpn_protos(3)).
        guard unsafe offer.isEmpty || SSL_CTX_set_alpn_protos(raw, offer, UInt32(offer.count)) == 0 else {
            throw .library(doing: "offer protocols")
        }
    }

    deinit { unsafe SSL_CTX_free(raw) }

    /// The name of our protocol in ALPN.
    public static let protocolName = "desk/1"

    private static func make(_ method: OpaquePointer?) throws(NetError) -> OpaquePointer {
        guard let raw = unsafe SSL_CTX_new(method) else { throw .library(doing: "start TLS") }
        // An idle connection keeps no buffers (14 instead of 30 KB); a write ends after one record, and the rest may
        // lie elsewhere at the next attempt, because output moves in memory while it waits.
        let mode = SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
        unsafe desk_ctx_set_mode(raw, Int(mode))
        // One read(2) fetches all records that are there, instead of two per record: a burst of short lines costs
        // less than half. The buffer is released with the last of them, so an idle connection is as small as without.
        unsafe desk_ctx_set_read_ahead(raw)
        unsafe desk_ctx_disable_session_cache(raw)
        unsafe SSL_CTX_set_security_level(raw, 2)
        guard unsafe desk_ctx_set_min_version(raw, TLS1_2_VERSION) == 1,
            unsafe SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1,
            unsafe desk_ctx_set_groups(raw, "X25519:P-256") == 1
        else {
            unsafe SSL_CTX_free(raw)
            throw .library(doing: "set the rules of TLS")
        }
        return unsafe raw
    }

    /// libssl asks only when the client offers protocols; ours among them is taken, any other offer is refused with
    /// the fatal alert no_application_protocol (RFC 7301 §3.2), so that a browser is not spoken to in lines.
    private static func selectProtocol(_ raw: OpaquePointer) {
        unsafe SSL_CTX_set_alpn_select_cb(
            raw,
            { _, chosen, chosenCount, offer, offerCount, _ in
                let offer = unsafe UnsafeBufferPointer(start: offer, count: Int(offerCount))
                var index = 0
                while index < offer.count {
                    let start = index + 1
                    let end = unsafe min(start + Int(offer[index]), offer.count)
                    if unsafe UnsafeBufferPointer(rebasing: offer[start..<end]).elementsEqual(
                        TLSContext.protocolName.utf8)
                    {
                        unsafe chosen?.pointee = unsafe offer.baseAddress.map { unsafe $0 + start }
                        unsafe chosenCount?.pointee = UInt8(end - start)
                        return SSL_TLSEXT_ERR_OK
                    }
                    index = end
                }
                return SSL_TLSEXT_ERR_ALERT_FATAL
            }, nil)
    }

    /// Begins the server's side on a socket; nil without memory.
    func serve(_ socket: Int32) -> TLSSession? {
        guard let session = unsafe SSL_new(raw) else { return nil }
        guard unsafe SSL_set_fd(session, socket) == 1 else {
            unsafe SSL_free(session)
            return nil
        }
        unsafe SSL_set_accept_state(session)
        return unsafe TLSSession(owning: session, pin: nil)
    }

    /// Begins the client's side on a socket to the host of this name or address; nil without memory.
    func call(_ socket: Int32, host: String) -> TLSSession? {
        guard let session = unsafe SSL_new(raw) else { return nil }
        // Only names, not addresses, are told to the server (RFC 6066 §3).
        let isAddress = unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) == 1
        guard unsafe SSL_set_fd(session, socket) == 1,
            unsafe isAddress || SSL_set1_host(session, host) == 1 && desk_set_server_name(session, host) == 1
        else {
            unsafe SSL_free(session)
            return nil
        }
        unsafe SSL_set_connect_state(session)
        if case .pin(let pin)? = trust { return unsafe TLSSession(owning: session, pin: pin) }
        return unsafe TLSSession(owning: session, pin: nil)
    }
}

/// How far a call into libssl has come.
enum TLSProgress {
    case done(Int)
    case wantsRead
    case wantsWrite
    case ended
    case failed(Failure)
}

/// Owns one SSL, the state of TLS on one socket. The socket must outlive it.
@safe struct TLSSession: ~Copyable {
    private let raw: OpaquePointer
    private let pin: PinBox?

    private final class PinBox {
        let pin: String
        init(_ pin: String) { self.pin = pin }
    }

    fileprivate init(owning raw: OpaquePointer, pin: String?) {
        unsafe self.raw = unsafe raw
        self.pin = pin.map(PinBox.init)
    }

    deinit { unsafe SSL_free(raw) }

    /// Goes on with the handshake; a client has checked the server when it is done.
    func handshake() -> TLSProgress {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(raw)
        // A handshake may succeed and leave complaints behind, for example of a certificate that was tried in vain.
        defer { ERR_clear_error() }
        guard result == 1 else { return progress(of: result, inHandshake: true) }
        if let pin, peerPin != pin.pin { return .failed(.wrongPin) }
        return .done(0)
    }

    /// Reads decrypted bytes.
    @inline(__always)
    func read(_ buffer: UnsafeMutableRawBufferPointer) -> TLSProgress {
        clearForeignErrors()
        var count = 0
        let result = unsafe SSL_read_ex(raw, buffer.baseAddress, buffer.count, &count)
        if result == 1 { return .done(count) }
        return progress(of: result)
    }

    /// Encrypts and writes bytes, at most one record.
    ///
    /// The busiest call of all, so it does not look for foreign complaints: every call of ours leaves the queue empty.
    @inline(__always)
    func write(_ bytes: UnsafeRawBufferPointer) -> TLSProgress {
        var count = 0
        let result = unsafe SSL_write_ex(raw, bytes.baseAddress, bytes.count, &count)
        if result == 1 { return .done(count) }
        return progress(of: result)
    }

    /// Says close_notify; the peer may go on talking.
    func shutdown() -> TLSProgress {
        clearForeignErrors()
        let result = unsafe SSL_shutdown(raw)
        // 0: ours is sent, the peer's has not come yet; that is all that is wanted.
        return result >= 0 ? .done(0) : progress(of: result)
    }

    /// Whether bytes have been taken from the socket that were not read yet; the poller does not know of them.
    var hasPending: Bool { unsafe SSL_has_pending(raw) == 1 }

    /// The version that was agreed on, as `TLSv1.3`.
    var version: String { unsafe String(cString: SSL_get_version(raw)) }

    /// The protocol that was agreed on by ALPN; empty when the client offered none.
    var protocolName: String {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(raw, &name, &count)
        return unsafe String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    /// The peer's certificate in DER; empty when there is none.
    private var peerCertificate: [UInt8] {
        let certificate = unsafe SSL_get1_peer_certificate(raw)
        defer { unsafe X509_free(certificate) }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe certificate == nil ? 0 : i2d_X509(certificate, &encoded)
        defer { unsafe CRYPTO_free(encoded, nil, 0) }
        return unsafe count > 0 ? Array(UnsafeBufferPointer(start: encoded, count: Int(count))) : []
    }

    /// The pin of the peer's key; nil when he has shown none.
    var peerPin: String? {
        do throws(CryptoError) { return try Certificate.pin(der: peerCertificate) } catch { return nil }
    }

    /// libssl takes any complaint in the thread's queue for its own, so one that another part left behind would end an
    /// innocent connection. Looking costs a fifth of clearing unseen.
    @inline(__always)
    private func clearForeignErrors() {
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }

    private func progress(of result: Int32, inHandshake: Bool = false) -> TLSProgress {
        let reason = errno
        switch unsafe SSL_get_error(raw, result) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        case SSL_ERROR_ZERO_RETURN: return inHandshake ? .failed(.endedInHandshake) : .ended
        case SSL_ERROR_SYSCALL:
            ERR_clear_error()
            if reason == 0 { return inHandshake ? .failed(.endedInHandshake) : .ended }
            return .failed(.system(errno: reason))
        default:
            let code = ERR_peek_last_error()
            ERR_clear_error()
            let verdict = unsafe SSL_get_verify_result(raw)
            return .failed(verdict == X509_V_OK ? .tls(code: code) : .untrusted(verdict: verdict))
        }
    }
}

extension NetError {
    /// Takes what libssl complains of and leaves its queue empty.
    static func library(doing: String) -> NetError {
        .tls(doing: doing, reason: CryptoError.takeReason())
    }
}
