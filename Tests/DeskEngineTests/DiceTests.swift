import DeskModel
import DeskTestSupport
import Testing

@testable import DeskEngine

/// Whatever is done in whatever order: who holds what stays sound, the log is the truth, the disk makes no difference.
struct DiceTests {
    private static let steps = 400

    @Test(arguments: UInt64(1)...40)
    func `no sequence of commands breaks the claims, and the log gives the same desk`(seed: UInt64) throws {
        var game = Game(seed: seed)
        for _ in 0..<DiceTests.steps {
            let before = game.desk.engine.state
            let decision = game.step()
            try Soundness(before, game.desk, decision).check()
        }
        var again = Engine(image: Image(), at: game.desk.now, defaultAutomaticReply: "Ihr Ticket {number}: {subject}")
        for event in game.desk.log { again.apply(event) }
        #expect(again.state == game.desk.engine.state)
    }

    /// By this those who wait are tried again: what it leaves out they would never hear of.
    @Test(arguments: UInt64(1)...20)
    func `nobody can find a ticket where none was before but by openings that are told`(seed: UInt64) {
        var game = Game(seed: seed)
        for _ in 0..<DiceTests.steps {
            var engine = game.desk.engine
            let before = engine
            var openings = Openings()
            for event in game.step().events {
                openings.formUnion(engine.apply(event))
            }
            for queue in Mischief.queues where !openings.isEverywhere {
                let found = Mischief.agents.filter { agent in
                    before.nextClaimable(for: agent, in: [queue]) == nil
                        && engine.nextClaimable(for: agent, in: [queue]) != nil
                }
                #expect(found.isEmpty || openings.queues.contains(queue), "\(game.last): \(found) in \(queue)")
                #expect(found.isEmpty || engine.mayHaveFree(in: openings))
            }
        }
    }

    /// Two queues with different guards, a handful of customers, and claims that are handed about.
    @Test(arguments: UInt64(301)...330)
    func `nothing brings two agents together under a guard, whatever lies beside it`(seed: UInt64) throws {
        var desk = Desk()
        desk.administer(.setQueue(desk.queue(.recorder, guard: .off)))
        var dice = Dice(seed: seed)
        var refused: Set<String> = []
        for _ in 0..<8 {
            desk.bring(
                from: "\(dice.pick(["a", "b"]))@example.org", to: "\(dice.pick(["inbox", "recorder"]))@desk.example")
        }
        for _ in 0..<DiceTests.steps {
            let before = desk.engine.state
            let (ticket, agent) = (TicketReference.id(TicketID(1 + Int64(dice.roll(8)))), dice.pick(Mischief.agents))
            let command: Command =
                switch dice.roll(8) {
                case 0, 1: .claim(ticket, lease: nil, anyway: dice.one(in: 6) ? "muss" : nil)
                case 2: .claimNext([dice.pick([.inbox, .recorder])], lease: nil)
                case 3: .give(ticket, to: dice.pick(Mischief.agents), text: "bitte")
                case 4: .steal(ticket, text: "eilt")
                case 5: .release(ticket, text: "weil")
                default: .move(ticket, to: dice.pick([.inbox, .recorder]), text: nil)
                }
            let decision = desk.say(command, by: agent)
            try Soundness(before, desk, decision).check()
            if case .customerBusy? = decision.refusal { refused.insert(String("\(command)".prefix { $0 != "(" })) }
        }
        #expect(refused.contains("move"))
    }

    /// Few customers who write in each other's tickets, and agents who have read everything: what is refused is refused
    /// for the sake of the people an answer goes to.
    @Test func `no answer reaches whom another agent serves, however it came to be addressed`() throws {
        var seen: Set<String> = []
        for seed in UInt64(401)...412 {
            var desk = Desk()
            var dice = Dice(seed: seed)
            let people = ["a", "b", "c", "d"].map { "\($0)@example.org" }
            for person in people + people { desk.bring(from: person) }
            // Whoever takes part in everything is guarded all the same.
            for person in people.dropLast() { desk.administer(.guarded(Address(person))) }
            for step in 0..<DiceTests.steps {
                if dice.one(in: 9) { desk.join(TicketID(1 + Int64(dice.roll(8))), from: dice.pick(people)) }
                let before = desk.engine.state
                let (command, agent) = answering(before, people, step, &dice)
                for ticket in before.tickets.values { desk.show(ticket.id, to: agent) }
                let decision = desk.say(command, by: agent)
                try Soundness(before, desk, decision).check()
                let name = "\(command)".prefix { $0 != "(" }
                if case .customerBusy? = decision.refusal { seen.insert("\(name) is busy") }
                if decision.outcome != nil { seen.insert("\(name) is done") }
            }
        }
        for name in ["claim", "setRecipients", "reply"] {
            #expect(seen.isSuperset(of: ["\(name) is busy", "\(name) is done"]), "\(seen)")
        }
    }

    /// What an agent does next about one of eight tickets.
    private func answering(
        _ state: State, _ people: [String], _ step: Int, _ dice: inout Dice
    ) -> (Command, AgentName) {
        let id = TicketID(1 + Int64(dice.roll(8)))
        let (agent, person) = (dice.pick([AgentName.meier, .schulze, .weber]), Address(dice.pick(people)))
        let reason = dice.one(in: 6) ? "muss" : nil
        return switch dice.roll(8) {
        case 0, 1: (.claim(.id(id), lease: nil, anyway: reason), agent)
        case 2: (.setRecipients(.id(id), to: .addresses([person]), cc: nil, anyway: reason), agent)
        case 3: (.release(.id(id), text: nil), agent)
        case 4, 5: (.reply(.id(id), read: 1 + dice.roll(state.tickets[id]?.entries ?? 1), text: "\(step)"), agent)
        default: (.reply(.id(id), read: nil, text: "\(step)"), agent)
        }
    }

    /// Dice that never reach a rule prove nothing about it.
    @Test func `the dice reach every kind of event and refusal`() {
        var seen: Set<String> = []
        for seed in UInt64(1)...25 {
            var game = Game(seed: seed)
            for _ in 0..<DiceTests.steps {
                let decision = game.step()
                for event in decision.events { seen.insert(String("\(event.kind)".prefix { $0 != "(" })) }
                if let refusal = decision.refusal { seen.insert(String("\(refusal)".prefix { $0 != "(" })) }
            }
        }
        let expected = """
            new followUp bounced claim guardOverride release steal give reply autoSent autoSuppressed sent failed
            duplicateDropped note say draft close reopen move recipients customerSet agent queue customer noSuchTicket
            noSuchEntry noSuchCustomer forbidden taken customerBusy notHolder closed stale noDraft empty tooMany usage
            """
        #expect(Set(expected.split(whereSeparator: \.isWhitespace).map(String.init)).subtracting(seen) == [])
    }

    @Test(arguments: UInt64(1)...10)
    func `the same seed gives the same events`(seed: UInt64) {
        var (one, two) = (Game(seed: seed), Game(seed: seed))
        for _ in 0..<DiceTests.steps {
            #expect(one.step() == two.step())
        }
        #expect(one.desk.log == two.desk.log)
    }

    @Test(arguments: UInt64(101)...140)
    func `a desk that forgets and asks its disk decides as one that forgets nothing`(seed: UInt64) throws {
        var game = Game(seed: seed)
        let forgetful = try play(&game, over: Disk(), seed: seed)
        #expect(forgetful.engine.state.messages.isEmpty && forgetful.engine.state.retries.isEmpty)
        let dead = forgetful.engine.state.tickets.values.filter { !$0.isLive }
        #expect(dead.isEmpty)
    }

    @Test(arguments: UInt64(201)...206)
    func `the real disk makes no difference either, and built anew it is the one that grew`(seed: UInt64) throws {
        var game = Game(seed: seed)
        let grown = try play(&game, over: StoredDesk(), seed: seed).disk
        let rows = try grown.rows
        var live = try grown.live
        live.shown = []
        try grown.rebuild()
        var anew = try grown.live
        anew.shown = []
        #expect(anew == live)
        #expect(try grown.rows == rows && rows.count > 200)
    }

    /// Plays to the end over `disk`, whose image then is the very state.
    private func play<Below>(_ game: inout Game, over disk: Below, seed: UInt64) throws -> Forgetful<Below> {
        var forgetful = try Forgetful(game.desk, over: disk, seed: seed)
        for step in 0..<DiceTests.steps {
            let expected = game.step()
            let decision = try forgetful.repeat(game)
            try #require(decision == expected, "step \(step): \(game.last)")
        }
        try forgetful.write(all: true)
        let fresh = Engine(image: try forgetful.disk.live, at: game.desk.now, defaultAutomaticReply: "")
        #expect(fresh.state == forgetful.engine.state)
        return forgetful
    }
}

/// A desk at which dice are thrown.
struct Game {
    var desk = Desk(lease: .minutes(6), heldMost: 3)
    var mischief: Mischief
    var numbers: [TicketNumber] = []
    var last: (command: Command, agent: AgentName?, shown: Shown?) = (.claimNext([], lease: nil), nil, nil)

    init(seed: UInt64) {
        mischief = Mischief(seed: seed)
        var limits = AutoReplyLimits()
        (limits.addressHourly, limits.breaker, limits.answersFollowUps) = (4, 12, seed % 2 == 0)
        desk.engine.autoReplyLimits = limits
        // Beside those that ask, one that does not: what lies in it may come under a guard later.
        if seed % 3 == 0 { desk.administer(.setQueue(desk.queue(.recorder, guard: .off))) }
    }

    /// One command of chance, or what the clock asks for.
    mutating func step() -> Decision {
        desk.now =
            desk.now + TimeSpan(milliseconds: Int64(mischief.dice.roll(mischief.dice.one(in: 9) ? 400_000 : 9000)))
        last.shown = shown()
        if let mark = last.shown { desk.engine.markShown(mark) }
        if let expiry = desk.engine.due(at: desk.now).expiries.first {
            (last.command, last.agent) = (expiry, nil)
        } else {
            var outbox: [Outgoing] = []
            var after: SequenceNumber = 0
            while let letter = desk.engine.state.outbox.next(after: after) {
                outbox.append(letter)
                after = letter.sequence
            }
            let served = Mischief.agents.flatMap { desk.engine.held(by: $0) }.compactMap { id in
                desk.engine.state.tickets[id].map { desk.engine.customerName(of: $0) }
            }
            (last.command, last.agent) = mischief.next(
                desk.engine.state.lastTicket, numbers: numbers, outbox: outbox,
                held: { [engine = desk.engine] in engine.held(by: $0) }, served: served)
        }
        let decision = desk.say(last.command, by: last.agent)
        if case .new(_, let number)? = decision.events.first?.kind { numbers.append(number) }
        return decision
    }

    private mutating func shown() -> Shown? {
        guard mischief.dice.one(in: 3), desk.engine.state.lastTicket > 0 else { return nil }
        let agent = mischief.dice.pick(Mischief.agents)
        let held = desk.engine.held(by: agent)
        let any = TicketID(1 + Int64(mischief.dice.roll(Int(desk.engine.state.lastTicket))))
        guard let ticket = desk.engine.state.tickets[held.isEmpty ? any : mischief.dice.pick(held)] else { return nil }
        return Shown(agent: agent, ticket: ticket.id, entry: ticket.newest)
    }
}

/// The same desk beside a disk that lags, with turns, evictions and failed writes.
struct Forgetful<Below: Follower> {
    var engine: Engine
    var disk: Below
    var journal: [Event]
    var dice: Dice

    init(_ desk: Desk, over disk: Below, seed: UInt64) throws {
        (engine, journal, dice) = (desk.engine, desk.log, Dice(seed: seed ^ 0xabcdef))
        self.disk = disk
        try write(all: true)
    }

    mutating func `repeat`(_ game: Game) throws -> Decision {
        let now = game.desk.now
        if let mark = game.last.shown {
            engine.markShown(mark)
            try show(mark.agent, mark.ticket)
        }
        _ = engine.due(at: now)
        try wake { $0.needs(game.last.command, by: game.last.agent, at: now) }
        var decision = engine.decide(game.last.command, by: game.last.agent, at: now)
        for index in decision.events.indices {
            decision.events[index].sequence = engine.state.sequence + 1
            try commit(decision.events[index])
        }
        if let agent = game.last.agent, case .done(let outcome) = decision.verdict {
            engine.worked(game.last.command, outcome, by: agent, at: now)
        }
        if dice.one(in: 2) { try write(all: false) }
        if dice.one(in: 25) { try reread(at: now) }
        return decision
    }

    private mutating func commit(_ event: Event) throws {
        engine.apply(event)
        journal.append(event)
        if case .reply = event.kind, let by = event.by, case .entry(let entry) = event.subject {
            try show(by, entry.ticket)
        }
    }

    private mutating func show(_ agent: AgentName, _ ticket: TicketID) throws {
        try disk.show(Shown(agent: agent, ticket: ticket, entry: engine.soft.mark(of: agent, in: ticket)))
    }

    private mutating func wake(_ needs: (Engine) -> [Need]) throws {
        for round in 0... {
            let missing = needs(engine)
            if missing.isEmpty { return }
            #expect(round < 8, "still missing: \(missing)")
            if round > 8 { return }
            for need in missing { engine.learn(try disk.fact(need)) }
        }
    }

    /// The disk follows the journal some way, and memory lets go of what it has.
    mutating func write(all: Bool) throws {
        let behind = journal.count - Int(disk.applied)
        let count = all || behind == 0 ? behind : dice.roll(behind + 1)
        try disk.project(journal[Int(disk.applied)...].prefix(count))
        engine.forget(applied: disk.applied)
    }

    /// A write was rolled back: the state comes from disk and journal, what is soft stays.
    private mutating func reread(at now: Moment) throws {
        let before = engine
        engine = Engine(image: try disk.live, at: now, defaultAutomaticReply: "Ihr Ticket {number}: {subject}")
        let applied = Int(disk.applied)
        // The disk goes on meanwhile: what is woken may be ahead of the event that wakes it.
        try disk.project(journal[applied...].prefix(dice.roll(4)))
        for event in journal[applied...] {
            try wake { $0.needs(toApply: event) }
            engine.apply(event)
        }
        engine.replace(before)
        engine.forget(applied: disk.applied)
    }
}

extension Administration {
    /// A customer who is guarded, whatever else they take part in.
    fileprivate static func guarded(_ address: Address) -> Administration {
        .setCustomerFlags(
            address, isRelay: false, wantsNoAutomaticReply: false, isUnguarded: false, isGuarded: true)
    }
}
