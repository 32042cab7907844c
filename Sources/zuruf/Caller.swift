import DeskNet
import DeskTerminal

/// Connects to the desk that is meant and to no other.
///
/// In this order: the pin or the authorities that the command line names; the pin under which the server is known; the
/// system's authorities; the person, who is shown the pin once (trust on first use, as in SSH).
struct Caller {
    let options: Options

    private var known: KnownServers? {
        let path = options.knownServers ?? ownFile("known-servers", in: "XDG_CONFIG_HOME", else: ".config")
        return path.map(KnownServers.init)
    }

    private var server: String { "\(options.host):\(options.port)" }

    /// Connects and goes through the handshake.
    func call() throws(Ending) -> Connection {
        do throws(NetError) {
            if let pin = options.pin { return try dial(.pin(pin)) }
            if let file = options.authorities { return try dial(.authorities(file: file)) }
            if let pin = try known?.pin(of: server) { return try dial(.pin(pin)) }
            return try dial(.authorities(file: nil))
        } catch {
            guard case .failed(_, let failure) = error else { throw .lost("\(error)") }
            switch failure {
            case .wrongPin: throw wrongKey(try shownPin())
            case .untrusted where options.authorities == nil: return try firstContact(failure)
            case .untrusted: throw .untrusted("the certificate of \(server) is refused: \(failure); nothing was sent")
            default: throw .lost("\(error)")
            }
        }
    }

    private func dial(_ trust: DeskNet.Trust) throws(NetError) -> Connection {
        let context = try TLSContext(trusting: trust)
        let connection = try Connection.connect(host: options.host, port: options.port, over: context)
        try connection.completeHandshake(host: options.host)
        return connection
    }

    /// The pin that the server shows now. No pin is empty, so this handshake ends by looking at the key.
    private func shownPin() throws(Ending) -> String {
        do throws(NetError) {
            let context = try TLSContext(trusting: .pin(""))
            let connection = try Connection.connect(host: options.host, port: options.port, over: context)
            do throws(NetError) {
                try connection.completeHandshake(host: options.host)
            } catch .failed(_, .wrongPin) {}
            return connection.peerPin ?? ""
        } catch {
            throw .lost("\(error)")
        }
    }

    private func wrongKey(_ shown: String) -> Ending {
        guard options.pin == nil else {
            return .untrusted("\(server) shows another key than the one of --pin: sha256//\(shown); nothing was sent")
        }
        return .untrusted(
            """
            the key of \(server) has changed, so somebody may be in between; nothing was sent.
              It shows now: sha256//\(shown)
              If the desk's owner confirms this pin, remove the line of \(server) from \(known?.path ?? "")
            """)
    }

    /// Nobody vouches for this server: the person decides, once.
    private func firstContact(_ reason: Failure) throws(Ending) -> Connection {
        let pin = try shownPin()
        let contact = "\(server) is not known yet (\(reason)).\n  Its key has the pin sha256//\(pin)\n"
        let answer: [UInt8]
        do throws(TerminalError) {
            answer = try Console.ask(contact + "Is this the pin that the desk's owner gave you? [yes/no] ")
        } catch .unusable {
            throw .untrusted(contact + "  Connect once on a terminal, or give --pin or --ca; nothing was sent")
        } catch {
            throw .untrusted("not confirmed; nothing was sent")
        }
        guard answer.elementsEqual("yes".utf8) else { throw .untrusted("not confirmed; nothing was sent") }
        do throws(NetError) {
            try known?.remember(server, pin: pin)
            return try dial(.pin(pin))
        } catch {
            throw .lost("\(error)")
        }
    }
}
