import DeskNet
import Testing

/// The examples of PROTOCOL.md are conversations like those in the files.
@Suite struct Document {
    @Test(arguments: try Conversation.inProtocol())
    func `an example of PROTOCOL.md`(_ conversation: Conversation) throws {
        try conversation.play(on: MemoryDesk())
    }
}

extension Conversation {
    /// The examples of PROTOCOL.md: what stands between "```conversation" and the next "```".
    static func inProtocol() throws -> [Conversation] {
        let root = #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" }
        let path = "\(root)/PROTOCOL.md"
        let lines = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        return try lines.indices.filter { lines[$0] == "```conversation" }.map { start in
            let example = lines[(start + 1)...].prefix { $0 != "```" }.joined(separator: "\n")
            // Blank lines in front, so that an issue names the line of the document.
            let text = String(repeating: "\n", count: start + 1) + example
            return try Conversation(name: "PROTOCOL.md:\(start + 1)", path: path, text: text)
        }
    }
}
