import DeskNet
import DeskTestSupport
import Testing

/// Two agents over real TLS, the same instant: both claims are written before any answer is read.
@Suite struct RaceTests {
    /// What the two reach for.
    enum Prize: String, CaseIterable {
        case twoMailsOfOneCustomer
        case oneTicket
        case theNext
    }

    @Test(arguments: Prize.allCases)
    func `of two who reach, one has it and the other is told who`(_ prize: Prize) throws {
        let desk = try Desk()
        let tickets = try bringIn(customers: 8, to: desk)
        let meier = try desk.connect("meier")
        let schulze = try desk.connect("schulze")
        var dice = Dice(seed: 1)
        var wins = [0, 0]
        for round in 1...Length.of(1000, long: 10_000) {
            let pair = dice.pick(tickets)
            let claims: [String] =
                switch prize {
                case .twoMailsOfOneCustomer: ["claim \(pair.0)", "claim \(pair.1)"]
                case .oneTicket: ["claim \(pair.0)", "claim \(pair.0)"]
                case .theNext: ["claim next lonely", "claim next lonely"]
                }
            let isSwapped = dice.roll(2) == 1
            let order =
                isSwapped ? [(schulze, claims[1]), (meier, claims[0])] : [(meier, claims[0]), (schulze, claims[1])]
            for (line, claim) in order { try line.send(claim + "\n") }
            let answers = [try meier.final(), try schulze.final()]
            let winners = answers.indices.filter { answers[$0].hasPrefix("OK claimed ") }
            try #require(winners.count == 1, "round \(round): \(answers)")
            let (winner, loser) = (winners[0], 1 - winners[0])
            wins[winner] += 1
            let refusal = Said(answers[loser])
            let holder = ["meier", "schulze"][winner]
            switch prize {
            case .twoMailsOfOneCustomer:
                try #require(
                    refusal.words.prefix(2) == ["ERR", "customer-busy"] && refusal["holder"] == holder
                        && refusal["ticket"] == "#\(winner == 0 ? pair.0 : pair.1)", "\(answers)")
            case .oneTicket: try #require(refusal.words[1] == "taken" && refusal["holder"] == holder, "\(answers)")
            case .theNext: try #require(refusal.words[1] == "empty", "\(answers)")
            }
            let ticket = Said(answers[winner]).words[2]
            try #require(try [meier, schulze][winner].ask("release \(ticket)").hasPrefix("OK released "))
        }
        #expect(wins[0] > 0 && wins[1] > 0, "\(wins)")
        try checkLog(desk, rounds: wins[0] + wins[1])
        #expect(desk.stop() == .exited(0))
    }

    /// Two mails of each customer, and in a queue of its own two of one more; gives the tickets.
    private func bringIn(customers: Int, to desk: Desk) throws -> [(Int, Int)] {
        let post = try desk.post()
        let meier = try desk.connect("meier")
        func ticket(_ mail: Mail) throws -> Int {
            let reply = try #require(try post.send(mail))
            try #require(reply.hasPrefix("250 2.0.0 ticket "), "\(reply)")
            let list = try meier.ask("show \(reply.split(separator: " ")[3])")
            return Int(Said(list).words[2].dropFirst()) ?? 0
        }
        try Programs.expect(
            "zurufd", ["queue", "add", "lonely", "--address", "lonely@desk.example", "--state", desk.state])
        for n in 0..<2 {
            _ = try post.send(
                Mail(name: "l\(n)", from: "lonely@example.org", to: "lonely@desk.example", subject: "lonely \(n)"))
        }
        return try (0..<customers).map { n in
            let from = "c\(n)@example.org"
            return (
                try ticket(Mail(name: "a\(n)", from: from, subject: "first \(n)")),
                try ticket(Mail(name: "b\(n)", from: from, subject: "second \(n)"))
            )
        }
    }

    /// At no place of the log has a ticket two holders, or a customer.
    private func checkLog(_ desk: Desk, rounds: Int) throws {
        var register = Register()
        for line in try desk.connect("mustermann").log() { register.follow(line) }
        #expect(register.faults == [])
        #expect(register.claims == rounds)
        #expect(register.overrides == 0)
    }
}

/// Who holds what, as the log tells it: one register for each ticket, coupled by its people. The newest message of a
/// ticket is its customer's here, so that nobody else is answered but by a `to`.
struct Register {
    private(set) var claims = 0
    private(set) var overrides = 0
    private(set) var replies = 0
    /// What cannot have been.
    private(set) var faults: [String] = []
    private var holders: [String: String] = [:]
    /// The customers of tickets, and whom their next answers go to.
    private var customers: [String: String] = [:]
    private var recipients: [String: Set<String>] = [:]

    private func people(_ ticket: String) -> Set<String> {
        (recipients[ticket] ?? []).union(customers[ticket].map { [$0] } ?? [])
    }

    /// Whether an agent other than `agent` holds a ticket that has one of these people.
    private func isServed(_ people: Set<String>, besides agent: String) -> Bool {
        holders.contains { $0.value != agent && !self.people($0.key).isDisjoint(with: people) }
    }

    mutating func follow(_ line: String) {
        let event = Said(line)
        guard event.words.count > 3 else { return }
        let ticket = String(event.words[3])
        switch event.words[2] {
        case "new": customers[ticket] = event["customer"]
        case "to":
            let to = Set((event["to"] ?? "").split(separator: ",").map(String.init))
            if let holder = holders[ticket], isServed(to, besides: holder) { faults.append("served already: \(line)") }
            recipients[ticket] = to
        case "reply":
            replies += 1
            let to = Set((event["to"] ?? "").split(separator: ",").map(String.init))
            let held = String(ticket.prefix { $0 != "." })
            guard let agent = event["by"], holders[held] == agent else { return faults.append("not theirs: \(line)") }
            if isServed(people(held).union(to), besides: agent) { faults.append("answered by two: \(line)") }
        case "claim":
            claims += 1
            guard let agent = event["by"] else { return faults.append(line) }
            if holders[ticket] != nil { faults.append("held already: \(line)") }
            if isServed(people(ticket), besides: agent) { faults.append("served already: \(line)") }
            holders[ticket] = agent
        case "release":
            if holders[ticket] != event["by"] { faults.append("not his: \(line)") }
            holders[ticket] = nil
        case "close": holders[ticket] = nil
        case "guard-override": overrides += 1
        default: break
        }
    }
}
