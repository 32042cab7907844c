import Testing

/// Long tickets, page by page: nothing is missing, nothing comes twice, no reply is over its limit.
@Suite struct Pages {
    private let mail = Array(
        """
        From: kunz@example.org\r
        To: hotline@desk.example\r
        Subject: Umtausch\r
        \r
        Bitte.\r

        """.utf8)

    @Test func `a ticket of more than 500 texts is shown in two pages`() throws {
        let desk = try MemoryDesk()
        _ = try desk.mail(from: "kunz@example.org", to: ["hotline@desk.example"], mail)
        try desk.send("meier", Array("login meier m\n".utf8))
        let notes = (1...520).map { "note 1 number \($0)\n" }.joined()
        try desk.send("meier", Array(notes.utf8))
        try skip(desk, to: "OK noted #1.522 ")
        try desk.send("meier", Array("show 1\n".utf8))
        let first = try page(desk)
        #expect(first.texts == Array(1...500))
        let more = try #require(first.final.split(separator: " ").first { $0.hasPrefix("more=") })
        try desk.send("meier", Array("show 1 after=\(more.dropFirst(5))\n".utf8))
        let second = try page(desk)
        #expect(second.texts == Array(501...522))
        #expect(!second.final.contains("more="))
    }

    @Test func `drafts in a history count towards the limit of a reply`() throws {
        let desk = try MemoryDesk()
        _ = try desk.mail(from: "kunz@example.org", to: ["hotline@desk.example"], mail)
        try desk.send("meier", Array("login meier m\n".utf8))
        let line = String(repeating: "x", count: 1000) + "\n"
        for count in 60...62 {
            let text = String(repeating: "|" + line, count: count * 2)
            try desk.send("meier", Array("draft 1 <<\n\(text).\n".utf8))
        }
        try skip(desk, to: "OK drafted #1 ", times: 3)
        var pages = 0
        var drafts = 0
        var after = ""
        repeat {
            try desk.send("meier", Array("history 1\(after)\n".utf8))
            let found = try page(desk)
            #expect(found.bytes < 300_000)
            pages += 1
            drafts += found.drafts
            let more = found.final.split(separator: " ").first { $0.hasPrefix("more=") }
            after = more.map { " after=\($0.dropFirst(5))" } ?? ""
        } while !after.isEmpty && pages < 9
        #expect(pages == 2)
        #expect(drafts == 3)
    }

    @Test func `a replay from the disk comes whole, in order, and then meets the present`() throws {
        let desk = try MemoryDesk()
        try desk.send("meier", Array("login meier m\n".utf8))
        try desk.send("meier", Array((1...900).map { "say inbox \($0)\n" }.joined().utf8))
        try skip(desk, to: "OK said inbox ", times: 900)
        // What is read anew has nothing in the ring.
        #expect(try desk.desk(["stop"]))
        #expect(try desk.desk(["start"]))
        for who in ["meier", "schulze"] {
            try desk.send(who, Array("login \(who) \(who.first ?? "?")\nsubscribe inbox since=0\nping\n".utf8))
        }
        for who in ["meier", "schulze"] {
            var said: [Int] = []
            var line = ""
            while !line.hasPrefix("~ live") {
                line = try #require(try desk.hear(who))
                try #require(line != "(nothing)")
                if line.contains(" say inbox "), let text = line.split(separator: "=").last, let n = Int(text) {
                    said.append(n)
                }
            }
            #expect(said == Array(1...900))
            #expect(try desk.hear(who)?.hasPrefix("OK pong at=") == true)
        }
    }

    private struct Page {
        var texts: [Int] = []
        var drafts = 0
        var bytes = 0
        var final = ""
    }

    private func page(_ desk: MemoryDesk) throws -> Page {
        var page = Page()
        while page.final.isEmpty {
            let line = try #require(try desk.hear("meier"))
            try #require(line != "(nothing)")
            page.bytes += line.utf8.count + 1
            if line.hasPrefix("OK ") || line.hasPrefix("ERR ") { page.final = line }
            if line.contains("kind=draft") { page.drafts += 1 }
            if line.hasPrefix("- #1."), line.contains(" seq="), let entry = Int(line.dropFirst(5).prefix { $0 != " " })
            {
                page.texts.append(entry)
            }
        }
        return page
    }

    private func skip(_ desk: MemoryDesk, to final: String, times: Int = 1) throws {
        for _ in 0..<times {
            while true {
                let line = try #require(try desk.hear("meier"))
                try #require(line != "(nothing)")
                if line.hasPrefix(final) { break }
            }
        }
    }
}
