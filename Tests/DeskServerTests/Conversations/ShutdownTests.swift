import Testing

/// The desk goes down while somebody has just said something.
@Suite struct Shutdown {
    @Test func `every line that has been heard gets its final before the farewell`() throws {
        let desk = try MemoryDesk()
        try desk.send("meier", Array("login meier m\n".utf8))
        _ = try desk.hear("meier")
        #expect(try desk.hear("meier")?.hasPrefix("OK hello meier ") == true)
        try desk.send("meier", Array("@1 say inbox hello\nclam 42\n@2 ping\nunfinished".utf8))
        #expect(try desk.desk(["stop"]))
        #expect(try desk.hear("meier") == "@1 ERR shutting-down retry=5 : the desk is going down; nothing was done")
        #expect(try desk.hear("meier") == #"ERR unknown-verb clam : did you mean "claim"?"#)
        #expect(try desk.hear("meier") == "@2 ERR shutting-down retry=5 : the desk is going down; nothing was done")
        #expect(try desk.hear("meier") == "~ bye why=shutdown retry=5")
        #expect(try desk.hear("meier") == nil)
    }
}
