import DeskNet
import DeskTerminal

/// The pins of servers that were accepted once, in a file with a line `host:port pin` for each.
///
/// A pin is base64 of SHA-256 over the certificate's SubjectPublicKeyInfo (RFC 7469 §2.4). Blank lines and those behind
/// `#` are the owner's, and stay.
struct KnownServers {
    let path: String

    /// The pin under which a server is known, or nil.
    func pin(of server: String) throws(NetError) -> String? {
        let lines = try text().split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        let words = lines.map { $0.split(whereSeparator: \.isWhitespace) }
        return words.last { $0.count >= 2 && $0[0] == server }.map { String($0[1]).withoutPinPrefix }
    }

    /// Remembers a server; the file is replaced as a whole, durable and readable by its owner alone.
    func remember(_ server: String, pin: String) throws(NetError) {
        try makeFolders(above: path)
        var text = try text()
        if let last = text.last, last != UInt8(ascii: "\n") { text.append(UInt8(ascii: "\n")) }
        try Files.write(text + Array("\(server) \(pin)\n".utf8), to: path)
    }

    private func text() throws(NetError) -> [UInt8] {
        Files.exists(path) ? try Files.read(path, limit: 1 << 20) : []
    }
}

/// A file of this program by the XDG base directory specification; nil where no folder is named.
///
/// `variable` names the folder above ours, `fallback` is its place in the home folder.
func ownFile(_ name: String, in variable: String, else fallback: String) -> String? {
    let folder = Console.environment(variable) ?? Console.environment("HOME").map { $0 + "/" + fallback }
    return folder.map { $0 + "/zuruf/" + name }
}

/// Makes the folders above a file that are not there yet, for their owner alone.
func makeFolders(above path: String) throws(NetError) {
    for end in path.indices where path[end] == "/" && end != path.startIndex {
        let folder = String(path[..<end])
        if !Files.exists(folder) { try Files.makeDirectory(folder) }
    }
}
