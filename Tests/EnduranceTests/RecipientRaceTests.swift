import DeskNet
import DeskTestSupport
import Testing

/// Two agents over real TLS, the same instant, and one person by whom two tickets of different customers hang together.
@Suite struct RecipientRaceTests {
    private static let rounds = Length.of(500, long: 10_000)

    /// How the person comes to be one of both tickets' people.
    enum Tie: String, CaseIterable {
        /// The tickets are two customers'; the answer to one of them goes to both.
        case to
        /// Two web forms wrote, and named the person in Reply-To.
        case replyTo
        /// A web form wrote for the person, and another customer's answer goes to them as well.
        case replyToAndTo
    }

    @Test(arguments: Tie.allCases)
    func `of two who claim tickets that share a person, one has it and the other is told who`(_ tie: Tie) throws {
        let desk = try Desk()
        let (meier, schulze) = (try desk.connect("meier"), try desk.connect("schulze"))
        let pairs = try (0..<6).map { try pair($0, tie, desk, meier) }
        var dice = Dice(seed: 2)
        var wins = [0, 0]
        for round in 1...RecipientRaceTests.rounds {
            let pair = dice.pick(pairs)
            let claims = [(meier, "claim \(pair.0)"), (schulze, "claim \(pair.1)")]
            for (line, claim) in dice.one(in: 2) ? claims : claims.reversed() { try line.send(claim + "\n") }
            let answers = [try meier.final(), try schulze.final()].map { Said($0) }
            let winners = answers.indices.filter { answers[$0].words.prefix(2) == ["OK", "claimed"] }
            try #require(winners.count == 1, "round \(round): \(answers)")
            let (winner, refusal) = (winners[0], answers[1 - winners[0]])
            try #require(
                refusal.words.prefix(2) == ["ERR", "customer-busy"]
                    && refusal["holder"] == ["meier", "schulze"][winner]
                    && refusal["ticket"] == "#\(winner == 0 ? pair.0 : pair.1)", "round \(round): \(answers)")
            wins[winner] += 1
            try #require(try [meier, schulze][winner].ask("release \(answers[winner].words[2])").hasPrefix("OK"))
        }
        #expect(wins[0] > 0 && wins[1] > 0, "\(wins)")
        let register = try follow(desk)
        #expect(register.faults == [] && register.claims == RecipientRaceTests.rounds && register.overrides == 0)
        #expect(desk.stop() == .exited(0))
    }

    /// Meier, who holds another customer's ticket, turns to the person and answers; Schulze claims the person's ticket.
    @Test func `of one who answers a person and one who claims their ticket, one is refused`() throws {
        let desk = try Desk()
        let (meier, schulze) = (try desk.connect("meier"), try desk.connect("schulze"))
        let (own, other) = ("q@example.org", "p@example.org")
        let held = try ticket(Mail(name: "q", from: own, subject: "held"), desk, meier)
        let wanted = try ticket(Mail(name: "p", from: other, subject: "wanted"), desk, meier)
        for line in ["claim \(held)", "show \(held)", "show \(wanted)"] {
            try #require(try meier.ask(line).hasPrefix("OK "))
        }
        var dice = Dice(seed: 3)
        var wins = [0, 0]
        for round in 1...RecipientRaceTests.rounds {
            let lines = [
                (meier, "to \(held) \(other)\nreply \(held) round \(round)\n"), (schulze, "claim \(wanted)\n"),
            ]
            for (line, words) in dice.one(in: 2) ? lines : lines.reversed() { try line.send(words) }
            let (to, reply, claim) = (try meier.final(), try meier.final(), try schulze.final())
            let isTurned = to.hasPrefix("OK to ")
            let refusal = Said(isTurned ? claim : to)
            try #require(
                refusal.words.prefix(2) == ["ERR", "customer-busy"]
                    && refusal["holder"] == (isTurned ? "meier" : "schulze") && refusal["customer"] == other,
                "round \(round): \(to), \(claim)")
            // What was refused changed nothing: the answer goes where it went before.
            try #require(
                reply.hasPrefix("OK queued ") && Said(reply)["to"] == (isTurned ? other : own), "\(round): \(reply)")
            wins[isTurned ? 0 : 1] += 1
            let undo = isTurned ? (meier, "to \(held) \(own)") : (schulze, "release \(wanted)")
            try #require(try undo.0.ask(undo.1).hasPrefix("OK "))
        }
        #expect(wins[0] > 0 && wins[1] > 0, "\(wins)")
        let register = try follow(desk)
        #expect(register.faults == [] && register.replies == RecipientRaceTests.rounds && register.overrides == 0)
        #expect(desk.stop() == .exited(0))
    }

    /// Two tickets that share a person; gives their numbers.
    private func pair(_ n: Int, _ tie: Tie, _ desk: Desk, _ agent: LiveLine) throws -> (Int, Int) {
        let person = "p\(n)@example.org"
        func form(_ shop: String) -> Mail {
            var mail = Mail(name: "\(shop)\(n)", from: "no-reply@\(shop).example", subject: "form \(n)")
            mail.fields = "Reply-To: \(person)\r\n"
            return mail
        }
        let first = tie == .to ? Mail(name: "p\(n)", from: person, subject: "first \(n)") : form("one")
        let customer = "q\(n)@example.org"
        let second = tie == .replyTo ? form("two") : Mail(name: "q\(n)", from: customer, subject: "second \(n)")
        let tickets = (try ticket(first, desk, agent), try ticket(second, desk, agent))
        if tie != .replyTo {
            try #require(try agent.ask("to \(tickets.1) \(customer) \(person)").hasPrefix("OK to "))
        }
        return tickets
    }

    /// Hands a message in; gives the number of the ticket that it became.
    private func ticket(_ mail: Mail, _ desk: Desk, _ agent: LiveLine) throws -> Int {
        let reply = try #require(try desk.post().send(mail))
        try #require(reply.hasPrefix("250 2.0.0 ticket "), "\(reply)")
        let shown = Said(try agent.ask("to \(reply.split(separator: " ")[3])"))
        return Int(shown.words[2].dropFirst()) ?? 0
    }

    private func follow(_ desk: Desk) throws -> Register {
        var register = Register()
        for line in try desk.connect("mustermann").log() { register.follow(line) }
        return register
    }
}
