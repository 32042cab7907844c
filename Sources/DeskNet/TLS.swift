import COpenSSL
public import DeskCrypto
import Glibc

/// Which servers a client trusts.
public enum Trust: Equatable, Sendable {
    /// Servers with a certificate for the host that is issued by an authority in this file (PEM), or by one of the
    /// system's authorities if there is no file.
    case authorities(file: String?)
    /// The server whose key has this pin (`Certificate.pin`), regardless of the name in its certificate.
    case pin(String)
}

/// The configuration of TLS (1.2 and later), shared by many connections. Owns an SSL_CTX.
///
/// To replace a certificate, create a new context and accept with it from then on; existing connections keep the
/// context with which they were created. It can be created on any thread; afterwards, use it on the event loop's
/// thread.
@safe public final class TLSContext {
    let raw: OpaquePointer
    private let trust: Trust?
    /// The validity of a server's certificate; nil for a client, and if its times cannot be read.
    public let validity: Certificate.Validity?

    /// Creates a server context from PEM files; throws if they cannot be read or used.
    ///
    /// The certificate file contains the chain, the server's own certificate first. The key file must be readable only
    /// by its owner, and the key must not be encrypted. Clients that offer protocols by ALPN (RFC 7301) must offer
    /// `protocolName`; clients without ALPN are accepted.
    public init(certificateFile: String, keyFile: String) throws(NetError) {
        // Not read by libssl, which would block on a FIFO and gives poor error messages.
        let key = try Files.readPrivate(keyFile, as: "the key", limit: 1 << 16)
        let certificate = try Files.read(certificateFile, as: "the certificate", limit: 1 << 20)
        validity = try? Certificate.validity(pem: certificate)
        trust = nil
        // From here on, deinit frees the context, also if a step below throws.
        unsafe raw = unsafe try TLSContext.make(TLS_server_method())
        unsafe SSL_CTX_set_options(raw, desk_server_options())
        unsafe SSL_CTX_set_num_tickets(raw, 0)
        try use(certificate, from: certificateFile)
        try use(key: key, from: keyFile)
        unsafe TLSContext.selectProtocol(raw)
    }

    /// Creates a client context, which offers `protocols` by ALPN.
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
        // Unlike other functions of libssl, this one returns 0 for success (SSL_CTX_set_alpn_protos(3)).
        guard unsafe offer.isEmpty || SSL_CTX_set_alpn_protos(raw, offer, UInt32(offer.count)) == 0 else {
            throw .library(doing: "offer protocols")
        }
    }

    deinit { unsafe SSL_CTX_free(raw) }

    /// The protocol name of DESK/1 in ALPN.
    public static let protocolName = "desk/1"

    private static func make(_ method: OpaquePointer?) throws(NetError) -> OpaquePointer {
        guard let raw = unsafe SSL_CTX_new(method) else { throw .library(doing: "start TLS") }
        // Idle connections keep no buffers (14 instead of 30 KB). A write returns after one record. Unsent bytes may be
        // at another address in the next attempt, because buffers of output move while they wait.
        let mode = SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
        unsafe desk_ctx_set_mode(raw, Int(mode))
        // One read(2) for all available records instead of two per record: a burst of short lines costs less than half.
        // The buffer is released after the last record, so idle connections are not larger.
        unsafe desk_ctx_set_read_ahead(raw)
        unsafe desk_ctx_disable_session_cache(raw)
        unsafe SSL_CTX_set_security_level(raw, 2)
        guard unsafe desk_ctx_set_min_version(raw, TLS1_2_VERSION) == 1,
            unsafe SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1,
            unsafe desk_ctx_set_groups(raw, "X25519:P-256") == 1
        else {
            unsafe SSL_CTX_free(raw)
            throw .library(doing: "configure TLS")
        }
        return unsafe raw
    }

    /// Selects `protocolName` if the client offers it. Otherwise sends the fatal alert no_application_protocol (RFC
    /// 7301 §3.2), so that a browser gets an error. libssl calls this only if the client uses ALPN.
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

    /// Creates the server side of a TLS session on a socket; nil if there is no memory.
    func serve(_ socket: Int32) -> TLSSession? {
        guard let session = unsafe SSL_new(raw) else { return nil }
        guard unsafe SSL_set_fd(session, socket) == 1 else {
            unsafe SSL_free(session)
            return nil
        }
        unsafe SSL_set_accept_state(session)
        return unsafe TLSSession(owning: session, pin: nil)
    }

    /// Creates the client side of a TLS session on a socket to this host name or address; nil if there is no memory.
    func call(_ socket: Int32, host: String) -> TLSSession? {
        guard let session = unsafe SSL_new(raw) else { return nil }
        // Addresses must not be sent in the server name extension (RFC 6066 §3).
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

/// The result of a call to libssl.
enum TLSProgress {
    case done(Int)
    case wantsRead
    case wantsWrite
    case ended
    case failed(Failure)
}

/// A TLS session on a socket. Owns an SSL. The socket must outlive it.
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

    /// Continues the handshake. For a client, `done` means that the server has been verified.
    func handshake() -> TLSProgress {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(raw)
        // A successful handshake may leave errors in the queue, for example of certificates that were tried without
        // success.
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
    /// The most frequent call, so it does not check for foreign errors: every call of this target leaves the queue
    /// empty.
    @inline(__always)
    func write(_ bytes: UnsafeRawBufferPointer) -> TLSProgress {
        var count = 0
        let result = unsafe SSL_write_ex(raw, bytes.baseAddress, bytes.count, &count)
        if result == 1 { return .done(count) }
        return progress(of: result)
    }

    /// Sends close_notify; the peer may continue to send.
    func shutdown() -> TLSProgress {
        clearForeignErrors()
        let result = unsafe SSL_shutdown(raw)
        // 0: close_notify has been sent, the peer's has not been received; that is sufficient here.
        return result >= 0 ? .done(0) : progress(of: result)
    }

    /// Whether bytes have been read from the socket but not from this session; the poller does not report those.
    var hasPending: Bool { unsafe SSL_has_pending(raw) == 1 }

    /// The negotiated version, such as `TLSv1.3`.
    var version: String { unsafe String(cString: SSL_get_version(raw)) }

    /// The protocol negotiated by ALPN; empty if the client offered none.
    var protocolName: String {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(raw, &name, &count)
        return unsafe String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    /// The peer's certificate in DER; empty if there is none.
    private var peerCertificate: [UInt8] {
        let certificate = unsafe SSL_get1_peer_certificate(raw)
        defer { unsafe X509_free(certificate) }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe certificate == nil ? 0 : i2d_X509(certificate, &encoded)
        defer { unsafe CRYPTO_free(encoded, nil, 0) }
        return unsafe count > 0 ? Array(UnsafeBufferPointer(start: encoded, count: Int(count))) : []
    }

    /// The pin of the peer's key; nil if the peer presented none.
    var peerPin: String? {
        do throws(CryptoError) { return try Certificate.pin(der: peerCertificate) } catch { return nil }
    }

    /// Empties the error queue of this thread: SSL_get_error(3) would take an error that other code left there for one
    /// of this connection. Checking first costs a fifth of clearing.
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
    /// The error that libssl reported last. Empties its error queue.
    static func library(doing: String) -> NetError {
        .tls(doing: doing, reason: CryptoError.takeReason())
    }
}
