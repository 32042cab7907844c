import DeskNet
import DeskTestSupport
import Testing

/// The program of docs/client.md does what the page says, against the real server.
@Suite struct ClientPageTests {
    private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first { Files.exists($0) }
    private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

    /// The one program of the page.
    private static func program() throws -> [UInt8] {
        let page = String(decoding: try Files.read(root + "/docs/client.md", limit: 1 << 20), as: UTF8.self)
        let parts = page.split(separator: "```", omittingEmptySubsequences: false).filter { $0.hasPrefix("python\n") }
        try #require(parts.count == 1)
        return Array(parts[0].dropFirst("python\n".utf8.count).utf8)
    }

    private func start(_ desk: Desk, _ token: String) throws -> ChildProcess {
        try ChildProcess(
            path: ClientPageTests.python ?? "",
            arguments: [
                desk.folder + "/hours.py", "127.0.0.1", "\(desk.port)", desk.state + "/certificate.pem", "robot", token,
                "inbox", desk.folder + "/position",
            ], input: .null, output: .null, errors: .null)
    }

    private func mail(_ number: Int, _ body: String) -> Mail {
        Mail(name: "h\(number)", from: "h\(number)@example.org", subject: "Question", body: body + "\r\n")
    }

    /// The events up to the first of that kind about that ticket.
    private func hear(_ line: LiveLine, to kind: String, of ticket: String) throws -> [Said] {
        var heard: [Said] = []
        while let next = try line.nextLine() {
            guard next.hasPrefix("* ") else { continue }
            heard.append(Said(next))
            let words = next.split(separator: " ")
            if words[2] == kind, words[3] == ticket || words[3].hasPrefix(ticket + ".") { return heard }
        }
        throw LiveLine.Closed()
    }

    @Test(.enabled(if: ClientPageTests.python != nil, "python3 is missing: the program of docs/client.md is not run"))
    func `the program of the page answers once, also when it was killed`() throws {
        let desk = try Desk()
        try Files.write(ClientPageTests.program(), to: desk.folder + "/hours.py")
        let state = ["--state", desk.state]
        try Programs.expect("zurufd", ["agent", "add", "robot", "--bot", "--rights", "inbox=rw"] + state)
        let made = try Programs.run("zurufd", ["token", "add", "robot", "main"] + state)
        let words = made.said.split { $0 == "\n" || $0 == " " }
        let token = String(try #require(words.first { $0.hasPrefix("zt-") }))
        let meier = try desk.connect("meier")
        #expect(try meier.ask("subscribe *").hasPrefix("OK subscribed "))
        // It has been there before, and is away while the first message comes.
        let at = try #require(try meier.ask("ping").split(separator: "at=").last)
        let greeting = try desk.connect()
        let epoch = try #require(try greeting.nextLine()?.split(separator: "epoch=").last?.prefix(8))
        try Files.write(Array("{\"epoch\": \"\(epoch)\", \"at\": \(at)}".utf8), to: desk.folder + "/position")
        #expect(try desk.deliver(mail(1, "What are your opening hours?")).end == .exited(0))
        let first = try start(desk, token)
        let heard = try hear(meier, to: "close", of: "#1")
        #expect(heard.count { $0.words[2] == "reply" } == 1)
        first.kill()
        _ = first.wait()
        // Killed before it stored how far it had come: it handles the same event again, and answers nobody twice.
        try Files.write(Array("{\"epoch\": \"\(epoch)\", \"at\": \(at)}".utf8), to: desk.folder + "/position")
        #expect(try desk.deliver(mail(2, "My recorder is broken.")).end == .exited(0))
        #expect(try desk.deliver(mail(3, "When? I mean your opening hours.")).end == .exited(0))
        let second = try start(desk, token)
        let more = try hear(meier, to: "close", of: "#3")
        #expect(more.filter { $0.words[2] == "reply" }.map { $0.words[3].prefix(2) } == ["#3"])
        #expect(more.contains { $0.words[2] == "release" && $0.words[3] == "#2" })
        second.kill()
        _ = second.wait()
        #expect(desk.stop() == .exited(0))
    }
}
