import Testing

/// What a non-programmer can read: the files of `Tests/Conversations` and the examples of PROTOCOL.md, each played in
/// memory and over TLS.
@Suite struct Conversations {
    private static let everything = Result { try Conversation.all() + Conversation.examples() }

    @Test(arguments: try everything.get().filter { !$0.isLiveOnly })
    func `in memory`(_ conversation: Conversation) throws {
        try conversation.play(on: MemoryDesk(conversation.settings))
    }

    @Test(arguments: try everything.get())
    func `over TLS`(_ conversation: Conversation) throws {
        try conversation.play(on: LiveStage(conversation.settings))
    }
}
