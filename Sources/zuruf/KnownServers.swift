import DeskNet
import DeskTerminal

/// The file of accepted servers, one line `host:port pin` for each.
///
/// A pin is base64 of SHA-256 over the certificate's SubjectPublicKeyInfo (RFC 7469 §2.4). Blank lines and comments
/// (`#`) are kept.
struct KnownServers {
    let path: String

    /// The stored pin of a server, or nil. The last line of a server wins.
    func pin(of server: String) throws(NetError) -> String? {
        let lines = try contents().split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        let words = lines.map { $0.split(whereSeparator: \.isWhitespace) }
        return words.last { $0.count >= 2 && $0[0] == server }.map { String($0[1]).withoutPinPrefix }
    }

    /// Appends a line for a server. The file is replaced atomically, durably, with mode 0600.
    func add(_ server: String, pin: String) throws(NetError) {
        try makeFolders(above: path)
        var contents = try contents()
        if let last = contents.last, last != UInt8(ascii: "\n") { contents.append(UInt8(ascii: "\n")) }
        try Files.write(contents + Array("\(server) \(pin)\n".utf8), to: path)
    }

    private func contents() throws(NetError) -> [UInt8] {
        Files.exists(path) ? try Files.read(path, limit: 1 << 20) : []
    }
}

/// The path of a file of this program in a folder of the XDG base directory specification.
///
/// `variable` is the environment variable that names the base folder, `fallback` its default below HOME. Nil if neither
/// that variable nor HOME is set.
func userFile(_ name: String, in variable: String, else fallback: String) -> String? {
    let folder = Console.environment(variable) ?? Console.environment("HOME").map { $0 + "/" + fallback }
    return folder.map { $0 + "/zuruf/" + name }
}

/// Creates the missing folders above a file, with mode 0700.
func makeFolders(above path: String) throws(NetError) {
    for end in path.indices where path[end] == "/" && end != path.startIndex {
        let folder = String(path[..<end])
        if !Files.exists(folder) { try Files.makeDirectory(folder) }
    }
}
