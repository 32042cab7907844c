import DeskNet
import DeskTerminal

/// Opens a TLS connection to a server whose identity has been verified.
///
/// The first of these that applies decides: `--pin` or `--ca`; the pin stored for this server; the system's
/// certificate authorities; the person at the terminal, who confirms the pin once (trust on first use, as in SSH).
struct Connector {
    let options: ClientOptions

    private var knownServers: KnownServers? {
        let path = options.knownServers ?? userFile("known-servers", in: "XDG_CONFIG_HOME", else: ".config")
        return path.map(KnownServers.init)
    }

    private var server: String { "\(options.host):\(options.port)" }

    /// Connects and completes the TLS handshake. Blocks. Nothing of the protocol has been sent when it throws.
    func connect() throws(ExitReason) -> Connection {
        do throws(NetError) {
            if let pin = options.pin { return try open(trusting: .pin(pin)) }
            if let file = options.authorities { return try open(trusting: .authorities(file: file)) }
            if let pin = try knownServers?.pin(of: server) { return try open(trusting: .pin(pin)) }
            return try open(trusting: .authorities(file: nil))
        } catch {
            guard case .failed(_, let failure) = error else { throw .noConnection("\(error)") }
            switch failure {
            case .wrongPin: throw changedKey(try presentedPin())
            case .untrusted where options.authorities == nil: return try confirmPin(after: failure)
            case .untrusted:
                throw .untrusted("the certificate of \(server) was rejected: \(failure); nothing was sent")
            default: throw .noConnection("no connection to \(server): \(failure)")
            }
        }
    }

    private func open(trusting trust: DeskNet.Trust) throws(NetError) -> Connection {
        let context = try TLSContext(trusting: trust)
        let connection = try Connection.connect(host: options.host, port: options.port, over: context)
        try connection.completeHandshake(host: options.host)
        return connection
    }

    /// The pin of the key that the server presents now.
    ///
    /// Expects the empty pin, which matches no key, so that the handshake fails with `wrongPin` as soon as the key is
    /// known.
    private func presentedPin() throws(ExitReason) -> String {
        do throws(NetError) {
            let context = try TLSContext(trusting: .pin(""))
            let connection = try Connection.connect(host: options.host, port: options.port, over: context)
            do throws(NetError) {
                try connection.completeHandshake(host: options.host)
            } catch .failed(_, .wrongPin) {}
            return connection.peerPin ?? ""
        } catch {
            throw .noConnection("\(error)")
        }
    }

    private func changedKey(_ presented: String) -> ExitReason {
        guard options.pin == nil else {
            return .untrusted("the key of \(server) does not match --pin: sha256//\(presented); nothing was sent")
        }
        return .untrusted(
            """
            the key of \(server) has changed; this may be an attack; nothing was sent.
              Its key now has the pin sha256//\(presented)
              If the owner of the desk confirms this pin, remove the line of \(server) from \(knownServers?.path ?? "")
            """)
    }

    /// Asks the person at the terminal to confirm the pin of a server that no authority vouches for, and stores it.
    private func confirmPin(after failure: Failure) throws(ExitReason) -> Connection {
        let pin = try presentedPin()
        let question = "\(server) is not a known server (\(failure)).\n  Its key has the pin sha256//\(pin)\n"
        let typed: [UInt8]
        do throws(TerminalError) {
            typed = try Console.ask(question + "Is this the pin that the owner of the desk gave you? [yes/no] ")
        } catch .unusable {
            throw .untrusted(question + "  Connect once on a terminal, or pass --pin or --ca; nothing was sent")
        } catch {
            throw .untrusted("the pin was not confirmed; nothing was sent")
        }
        guard typed.elementsEqual("yes".utf8) else {
            throw .untrusted("the pin was not confirmed; nothing was sent")
        }
        do throws(NetError) {
            try knownServers?.add(server, pin: pin)
            return try open(trusting: .pin(pin))
        } catch {
            throw .noConnection("\(error)")
        }
    }
}
