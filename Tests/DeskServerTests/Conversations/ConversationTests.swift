import DeskTestSupport
import Testing

/// What a non-programmer can read: the files of `Tests/Conversations`, each played in memory and over TLS.
@Suite struct Conversations {
    @Test(arguments: try Conversation.all())
    func `in memory`(_ conversation: Conversation) throws {
        try conversation.play(on: MemoryDesk())
    }

    @Test(arguments: try Conversation.all())
    func `over TLS`(_ conversation: Conversation) throws {
        try conversation.play(on: LiveDesk())
    }
}

extension Conversation: CustomTestStringConvertible {
    var testDescription: String { name }
}

/// The real programs are a stage, too.
extension LiveDesk: Stage {}
