/// A mail as a pipe brings it: LF line ends, perhaps a `From ` line of mbox in front, the envelope in words and
/// environment.
struct PipedMail {
    /// The envelope's sender; empty for `<>`.
    let sender: String
    /// The envelope's recipients, at least one.
    let recipients: [String]
    private let bytes: ArraySlice<UInt8>

    /// Whom a mail goes to when nobody says so: the desk puts it where mail goes that no queue claims.
    private static let anybody = "desk"

    init(_ raw: [UInt8], arguments: ShellWords, environment: [String: String]) {
        let mbox = PipedMail.mboxLine(of: raw)
        bytes = raw[(mbox?.end ?? 0)...]
        let header = PipedMail.header(of: bytes)
        let said = arguments.value(of: "from") ?? environment["SENDER"] ?? header["return-path"] ?? mbox?.sender
        sender = PipedMail.address(said ?? header["from"] ?? "")
        let recipients = arguments.plain.isEmpty ? PipedMail.recipient(environment) : arguments.plain
        let plain = recipients.map(PipedMail.address).filter { !$0.isEmpty }
        self.recipients = plain.isEmpty ? [PipedMail.anybody] : plain
    }

    /// What DATA sends: every line end CR LF, a dot before every line that begins with one; the final dot is not in it.
    var text: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 32 + 2)
        var isLineStart = true
        var afterReturn = false
        for byte in bytes {
            switch byte {
            case 0x0A where afterReturn: afterReturn = false
            case 0x0A, 0x0D:
                text += [0x0D, 0x0A]
                isLineStart = true
                afterReturn = byte == 0x0D
            default:
                if isLineStart, byte == UInt8(ascii: ".") { text.append(byte) }
                text.append(byte)
                isLineStart = false
                afterReturn = false
            }
        }
        if !isLineStart { text += [0x0D, 0x0A] }
        return text
    }

    /// Exim gives the parts of the address, Postfix and qmail the whole.
    private static func recipient(_ environment: [String: String]) -> [String] {
        for name in ["ORIGINAL_RECIPIENT", "RECIPIENT"] {
            if let recipient = environment[name], !recipient.isEmpty { return [recipient] }
        }
        guard let local = environment["LOCAL_PART"], !local.isEmpty else { return [] }
        let whole = (environment["LOCAL_PART_PREFIX"] ?? "") + local + (environment["LOCAL_PART_SUFFIX"] ?? "")
        return [environment["DOMAIN"].map { "\(whole)@\($0)" } ?? whole]
    }

    /// The bare address in what was said; empty for the null sender, which some call MAILER-DAEMON, and for what is
    /// none.
    private static func address(_ text: String) -> String {
        var part = text[...]
        if let open = part.lastIndex(of: "<"), let close = part[open...].firstIndex(of: ">") {
            part = part[part.index(after: open)..<close]
        } else {
            part = part.split { $0 == " " || $0 == "\t" || $0 == "," }.first ?? ""
        }
        let isPlain = part.utf8.allSatisfy {
            $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
        }
        return isPlain && part != "MAILER-DAEMON" && part.utf8.count <= 320 ? String(part) : ""
    }

    private static func mboxLine(of raw: [UInt8]) -> (end: Int, sender: String)? {
        guard raw.starts(with: "From ".utf8), let end = raw.firstIndex(of: 0x0A) else { return nil }
        let words = raw[5..<end].split(separator: UInt8(ascii: " "))
        return (end + 1, words.first.map { String(decoding: $0, as: UTF8.self) } ?? "")
    }

    /// The first field of each of the names that tell the envelope, unfolded no further than its first line.
    private static func header(of bytes: ArraySlice<UInt8>) -> [String: String] {
        var found: [String: String] = [:]
        for line in bytes.prefix(256 * 1024).split(separator: 0x0A, omittingEmptySubsequences: false) {
            let line = line.last == 0x0D ? line.dropLast() : line
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            guard name == "return-path" || name == "from", found[name] == nil else { continue }
            found[name] = String(decoding: line[(colon + 1)...], as: UTF8.self)
        }
        return found
    }
}
