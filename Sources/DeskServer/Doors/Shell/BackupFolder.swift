internal import DeskCrypto
internal import DeskModel
internal import DeskNet
internal import DeskStore

/// A folder with one whole, checked set of a desk's files, as `zurufd backup` writes it and `zurufd restore` reads it.
///
/// The list of contents, `backup.txt`, is written last: without it the folder is no backup, whatever else is in it.
///
///     zuruf-backup 1
///     made 2026-11-30T21:00:00.000Z
///     epoch gwyvvtzq
///     event 1043 2026-11-30T20:59:58.104Z
///     sha256 9f86d081884c7d65… journal.db
struct BackupFolder {
    /// Where it is.
    let path: String

    var files: StateFiles { StateFiles(directory: path) }
    private var list: String { "\(path)/\(BackupFolder.list)" }

    /// The list of contents.
    static let list = "backup.txt"
    /// Is in the folder while a backup is being made: whatever else is there then may be deleted by the next one.
    static let sign = "backup.unfinished"

    /// The files of a set, in the order in which they are put in place: the journal last.
    static let names = ["mail.db", "desk.db"] + secrets.map(\.name) + ["journal.db"]
    /// What a desk has beside its three databases, and with which mode.
    static let secrets: [(name: String, mode: UInt32)] = [
        ("secret", 0o600), ("key.pem", 0o600), ("certificate.pem", 0o644),
    ]
    private static let heading = "zuruf-backup 1"

    /// What the list says.
    struct Contents {
        var epoch = ""
        var event: SequenceNumber = 0
        var at = ""
        var digests: [(name: String, digest: String)] = []
    }

    /// Writes the list: from now on the folder is a backup.
    func seal(_ mark: JournalMark, made: Moment, _ digests: [(name: String, digest: Digest)]) throws(NetError) {
        var lines = [BackupFolder.heading, "made \(made)", "epoch \(mark.epoch)", "event \(mark.sequence) \(mark.at)"]
        lines += digests.map { "sha256 \($0.digest) \($0.name)" }
        try Files.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: list)
    }

    /// Reads the list.
    func contents() throws(ShellError) -> Contents {
        let bytes: [UInt8]
        do {
            guard try Files.isThere(list) else {
                throw ShellError.failed("\(path) holds no complete backup: there is no backup.txt in it")
            }
            bytes = try Files.read(list, limit: 1 << 16)
        } catch let error as ShellError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
        guard lines.first?.joined(separator: " ") == BackupFolder.heading else {
            throw .failed("\(list) is not the list of a backup that this program knows")
        }
        var contents = Contents()
        for words in lines.dropFirst() where words.count > 1 {
            switch words[0] {
            case "epoch": contents.epoch = String(words[1])
            case "event":
                contents.event = SequenceNumber(words[1]) ?? 0
                contents.at = words.count > 2 ? String(words[2]) : ""
            case "sha256" where words.count == 3: contents.digests.append((String(words[2]), String(words[1])))
            default: break
            }
        }
        let listed = contents.digests.map(\.name)
        guard ["journal.db", "mail.db", "secret"].allSatisfy(listed.contains),
            listed.allSatisfy(BackupFolder.names.contains)
        else { throw .failed("\(list) does not name the files of a desk") }
        return contents
    }
}
