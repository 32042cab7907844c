internal import DeskCrypto
internal import DeskNet

/// `zurufd pin`: prints the pin of the server's certificate, as `init` did, for `zuruf --pin`.
enum PinCommand {
    static let verb = ShellVerb(
        "pin", "", "prints the certificate's pin, for zuruf --pin", AdministrationCommand.state
    ) { words, console throws(ShellError) in
        let said = try ShellWords(words, options: AdministrationCommand.state)
        if let word = said.plain.first { throw .usage("what is \(Log.quoted(word)) for?") }
        let settings = try Settings(said)
        console.print(try line(settings.certificate ?? StateDirectory(path: settings.state).certificate))
        return Shell.done
    }

    /// The line with the pin of the certificate in a file.
    static func line(_ path: String) throws(ShellError) -> String {
        do {
            let pem = try Files.read(path, as: "the certificate", limit: 1 << 20)
            return "certificate pin: sha256//\(try Certificate.pin(pem: pem))"
        } catch let error as NetError {
            throw .failed(error.description)
        } catch {
            throw .failed("\(path): \(error)")
        }
    }
}
