import DeskModel
import Testing

@testable import DeskEngine

/// Guarantee 6 where recipients are set by hand or by naming a message: no answer goes to a person whom another agent
/// serves unless one of the two gave a reason.
struct RecipientGuardTests {
    private static let kunz = Address("kunz@example.org")
    private static let lang = Address("lang@example.org")

    /// Meier holds ticket 1 of Kunz, Schulze ticket 2 of Lang; both have read both.
    private func two() -> (Desk, TicketID, TicketID) {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring(from: "lang@example.org"))
        for (id, agent, other) in [(one, AgentName.meier, AgentName.schulze), (two, .schulze, .meier)] {
            desk.say(.claim(.id(id), lease: nil, anyway: nil), by: agent)
            for reader in [agent, other] { desk.show(id, to: reader) }
        }
        return (desk, one, two)
    }

    private func to(_ id: TicketID, _ people: [Address], anyway: String? = nil) -> Command {
        .setRecipients(.id(id), to: .addresses(people), cc: nil, anyway: anyway)
    }

    private func reply(_ id: TicketID, read: Int? = nil) -> Command {
        .reply(.id(id), read: read, text: "Kanal 36")
    }

    private func isBusy(_ decision: Decision, _ holder: AgentName, kept: Bool = false) -> Bool {
        guard case .customerBusy(_, let who, _, _, kept)? = decision.refusal else { return false }
        return who.holder == holder
    }

    @Test func `to a person whom another agent serves needs a reason, then both may answer`() throws {
        var (desk, one, two) = two()
        #expect(isBusy(desk.say(to(two, [Self.lang, Self.kunz]), by: .schulze), .meier))
        #expect(try desk.ticket(two).recipients == Recipients(to: [Self.lang]))
        let passed = desk.say(to(two, [Self.kunz], anyway: "Lang wants it so"), by: .schulze)
        #expect(passed.kinds == ["guardOverride #2", "guardOverride #1", "recipients #2"])
        #expect(desk.say(reply(two), by: .schulze).outcome == .queued(EntryID(two, 3), to: Recipients(to: [Self.kunz])))
        // Meier has not read what Schulze wrote to Kunz.
        guard case .stale? = desk.engine.decide(reply(one), by: .meier, at: desk.now).refusal else {
            Issue.record("a colleague's answer to the same person was not seen")
            return
        }
        desk.show(two, to: .meier)
        #expect(desk.say(reply(one), by: .meier).kinds == ["reply #1"])
    }

    @Test func `another spelling of an address is no other person`() throws {
        var (desk, _, two) = two()
        for spelling in ["KUNZ@example.org", "kunz@EXAMPLE.ORG", "kunz@example.org."] {
            #expect(isBusy(desk.say(to(two, [Address(spelling)]), by: .schulze), .meier), "\(spelling)")
        }
        for ours in ["inbox@desk.example.", "INBOX@desk.example", "inbox+x@desk.example."] {
            guard case .usage? = desk.say(to(two, [Address(ours)]), by: .schulze).refusal else {
                Issue.record("\(ours)")
                continue
            }
        }
    }

    @Test func `the reason ends with the claim, the recipients stay and are asked for again`() throws {
        var (desk, one, two) = two()
        desk.say(to(two, [Self.kunz], anyway: "Lang wants it so"), by: .schulze)
        desk.say(.release(.id(two), text: nil), by: .schulze)
        #expect(isBusy(desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze), .meier))
        desk.say(.release(.id(one), text: nil), by: .meier)
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze)
        #expect(isBusy(desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier), .schulze))
    }

    @Test func `a free ticket may be addressed to anyone, and its claim is asked`() throws {
        var (desk, _, two) = two()
        desk.say(.release(.id(two), text: nil), by: .schulze)
        #expect(desk.say(to(two, [Self.kunz]), by: .schulze).kinds == ["recipients #2"])
        #expect(isBusy(desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze), .meier))
        #expect(desk.say(.claimNext([.inbox], lease: nil), by: .schulze).refusal == .empty([.inbox]))
        #expect(desk.say(.claimNext([.inbox], lease: nil), by: .meier).kinds == ["claim #2"])
    }

    @Test func `a lead who addresses a colleague's ticket gives the reason in the colleague's place`() throws {
        var (desk, _, two) = two()
        #expect(isBusy(desk.say(to(two, [Self.kunz]), by: .mustermann), .meier))
        #expect(desk.say(to(two, [Self.kunz], anyway: "eilt"), by: .mustermann).events.count == 3)
        desk.show(two, to: .schulze)
        #expect(desk.say(reply(two), by: .schulze).kinds == ["reply #2"])
    }

    @Test func `under a strict guard only a lead addresses whom another serves`() throws {
        var (desk, _, two) = two()
        desk.administer(.setQueue(desk.queue(.inbox, guard: .strict)))
        #expect(
            desk.say(to(two, [Self.kunz], anyway: "eilt"), by: .schulze).refusal
                == .forbidden(ticket: two, need: .lead, queue: .inbox, agent: nil))
        #expect(desk.say(to(two, [Self.kunz], anyway: "eilt"), by: .mustermann).events.count == 3)
    }

    @Test func `one in To of the newest message may be served by another agent, those in its Cc do not count`() throws {
        var (desk, _, two) = two()
        var more = desk.mail(from: Self.lang.description)
        more.answersOurs = [EntryID(two, 1)]
        more.cc = [Self.kunz]
        desk.bring(more)
        desk.show(two, to: .schulze)
        let all = Command.setRecipients(.id(two), to: .all, cc: nil)
        #expect(desk.say(all, by: .schulze).kinds == ["recipients #2"])
        #expect(desk.say(reply(two), by: .schulze).kinds == ["reply #2"])
        more = desk.mail(from: Self.lang.description)
        more.answersOurs = [EntryID(two, 1)]
        more.to.append(Self.kunz)
        desk.bring(more)
        desk.show(two, to: .schulze)
        #expect(isBusy(desk.say(all, by: .schulze), .meier))
    }

    @Test func `a queue that keeps Cc brings no two agents together by it`() throws {
        var desk = Desk()
        let one = desk.bring(to: "recorder@desk.example")
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        var arrival = desk.mail(from: Self.lang.description, to: "recorder@desk.example")
        arrival.cc = [Self.kunz]
        let two = desk.bring(arrival)
        #expect(try desk.ticket(two).recipients == Recipients(to: [Self.lang], cc: [Self.kunz]))
        #expect(desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze).kinds == ["claim #2"])
        desk.show(two, to: .schulze)
        #expect(desk.say(reply(two), by: .schulze).kinds == ["reply #2"])
    }

    /// Kunz wrote in Lang's ticket, and Lang after that: Kunz takes part, but the next answer is Lang's.
    private func joined() -> (Desk, TicketID, TicketID) {
        var (desk, one, two) = two()
        desk.join(two, from: Self.kunz.description)
        desk.join(two, from: Self.lang.description)
        desk.show(two, to: .schulze)
        return (desk, one, two)
    }

    @Test func `a reply to another author whom another agent serves needs a reason as well`() throws {
        var (desk, _, two) = joined()
        #expect(desk.engine.decide(reply(two), by: .schulze, at: desk.now).kinds == ["reply #2"])
        #expect(isBusy(desk.say(reply(two, read: 3), by: .schulze), .meier, kept: true))
        #expect(isBusy(desk.say(.send(.id(two), read: 3), by: .schulze), .meier, kept: true))
        let claim = desk.say(.claim(.id(two), lease: nil, anyway: "Kunz has asked here"), by: .schulze)
        #expect(claim.kinds == ["guardOverride #2", "guardOverride #1"])
        #expect(
            desk.say(.send(.id(two), read: 3), by: .schulze).outcome
                == .queued(EntryID(two, 5), to: Recipients(to: [Self.kunz])))
    }

    @Test func `a kept answer to one author is not sent to another`() throws {
        var (desk, _, two) = joined()
        let refused = desk.say(reply(two, read: 3), by: .schulze)
        let entry = EntryID(two, 3)
        #expect(refused.events.map(\.kind) == [.draft(text: "Kanal 36", why: .customerBusy, answering: entry)])
        // The hint says: claim with a reason, then send.
        desk.say(.claim(.id(two), lease: nil, anyway: "Kunz has asked here"), by: .schulze)
        let send = Command.send(.id(two), read: nil)
        let toKunz = Outcome.queued(EntryID(two, 5), to: Recipients(to: [Self.kunz]))
        #expect(desk.engine.decide(send, by: .schulze, at: desk.now).outcome == toKunz)
        // Who else it should go to, the agent says.
        let toLang = Outcome.queued(EntryID(two, 5), to: Recipients(to: [Self.lang]))
        #expect(desk.engine.decide(.send(.id(two), read: 4), by: .schulze, at: desk.now).outcome == toLang)
        desk.say(.draft(.id(two), text: "Kanal 36"), by: .schulze)
        #expect(desk.say(send, by: .schulze).outcome == toLang)
    }

    @Test func `the guard is asked before what was written and whom it goes to`() throws {
        var (desk, _, two) = two()
        desk.join(two, from: Self.kunz.description)
        // Neither shown nor told of the new author: three refusals would hold, one is enough.
        #expect(isBusy(desk.say(reply(two), by: .schulze), .meier, kept: true))
        desk.say(.claim(.id(two), lease: nil, anyway: "Lang wants it so"), by: .schulze)
        guard case .stale? = desk.say(.send(.id(two), read: nil), by: .schulze).refusal else {
            Issue.record("not stale")
            return
        }
        desk.engine.markShown(Shown(agent: .schulze, ticket: two, entry: 3))
        let refused = desk.say(.send(.id(two), read: nil), by: .schulze).refusal
        let (now, before) = (Recipients(to: [Self.kunz]), Recipients(to: [Self.lang]))
        #expect(refused == .recipients(two, now, shown: before, kept: true))
        desk.engine.markShown(Shown(agent: .schulze, ticket: two, recipients: now))
        #expect(desk.say(.send(.id(two), read: nil), by: .schulze).outcome == .queued(EntryID(two, 4), to: now))
    }

    /// Why nobody has to be asked about Kunz.
    enum Exception: CaseIterable {
        case unguarded, relay, supplier, guardIsOff
    }

    @Test(arguments: Exception.allCases)
    func `whom all may serve, all may answer`(_ exception: Exception) throws {
        var (desk, _, two) = joined()
        let (set, named) = (to(two, [Self.kunz]), reply(two, read: 3))
        for command in [set, named] {
            let decision = desk.engine.decide(command, by: .schulze, at: desk.now)
            #expect(isBusy(decision, .meier) || isBusy(decision, .meier, kept: true))
        }
        switch exception {
        case .unguarded, .relay:
            desk.administer(
                .setCustomerFlags(
                    Self.kunz, isRelay: exception == .relay, wantsNoAutomaticReply: false,
                    isUnguarded: exception == .unguarded))
        case .supplier:
            for name in ["a", "b"] { desk.join(desk.bring(from: "\(name)@example.org"), from: Self.kunz.description) }
        case .guardIsOff: desk.administer(.setQueue(desk.queue(.inbox, guard: .off)))
        }
        // Those texts are no news to Schulze: what is asked here is the guard.
        for ticket in desk.engine.state.tickets.values { desk.show(ticket.id, to: .schulze) }
        #expect(desk.engine.decide(named, by: .schulze, at: desk.now).kinds == ["reply #2"])
        #expect(desk.say(set, by: .schulze).kinds == ["recipients #2"])
        #expect(desk.say(reply(two), by: .schulze).kinds == ["reply #2"])
    }

    @Test func `an address that is a customer's counts as that customer, also if memory has forgotten them`() throws {
        var (desk, one, two) = two()
        let (home, work) = (Address("huber@home.example"), Address("huber@work.example"))
        let gone = desk.bring(from: home.description)
        desk.administer(.addAddress(home, work))
        desk.say(.close(.id(gone), read: nil, text: nil), by: .mustermann)
        var disk = Disk()
        disk.project(desk.log[...])
        desk.engine.forget(applied: disk.applied)
        #expect(desk.engine.state.addresses[home] == nil)
        for (id, agent, address) in [(one, AgentName.meier, home), (two, .schulze, work)] {
            let command = to(id, [address])
            try desk.learn(for: command, by: agent, from: disk)
            let decision = desk.say(command, by: agent)
            #expect(agent == .meier ? decision.kinds == ["recipients #1"] : isBusy(decision, .meier))
            desk.engine.forget(applied: disk.applied)
        }
        // The log alone gives the same, read again over what the disk had.
        var again = Engine(image: disk.live, at: desk.now, defaultAutomaticReply: "")
        for event in desk.log[Int(disk.applied)...] {
            while case let needs = again.needs(toApply: event), !needs.isEmpty {
                for need in needs { again.learn(disk.fact(need)) }
            }
            again.apply(event)
        }
        #expect(again.state.services == desk.engine.state.services)
        #expect(isBusy(again.decide(to(two, [work]), by: .schulze, at: desk.now), .meier))
    }

    @Test func `reasons and recipients outlive a restart and a rebuild of desk.db`() throws {
        var (desk, one, two) = joined()
        let disk = try StoredDesk()
        func restart(_ rebuild: Bool) throws {
            try disk.project(desk.log[Int(disk.applied)...])
            if rebuild { try disk.rebuild() }
            desk.engine = Engine(image: try disk.live, at: desk.now, defaultAutomaticReply: "")
            for id in [one, two] { desk.show(id, to: .schulze) }
            try desk.learn(for: reply(two, read: 3), by: .schulze, from: disk)
        }
        try restart(false)
        #expect(isBusy(desk.say(reply(two, read: 3), by: .schulze), .meier, kept: true))
        try restart(true)
        #expect(isBusy(desk.say(to(two, [Self.kunz]), by: .schulze), .meier))
        desk.say(to(two, [Self.kunz], anyway: "Lang wants it so"), by: .schulze)
        for rebuild in [false, true] {
            try restart(rebuild)
            #expect(try desk.ticket(two).recipients == Recipients(to: [Self.kunz]))
            #expect(desk.engine.state.drafts[.schulze]?[two]?.answering == EntryID(two, 3))
            #expect(desk.engine.decide(.send(.id(two), read: nil), by: .schulze, at: desk.now).kinds == ["reply #2"])
        }
        desk.say(.send(.id(two), read: nil), by: .schulze)
        try restart(true)
        let sent = try #require(desk.engine.state.outbox[EntryID(two, 5)])
        #expect(sent.letter.recipients == Recipients(to: [Self.kunz]))
    }
}

extension Desk {
    /// Lets the engine know what it asks the disk for before it decides.
    fileprivate mutating func learn(
        for command: Command, by agent: AgentName, from disk: some Follower
    ) throws {
        while case let needs = engine.needs(command, by: agent, at: now), !needs.isEmpty {
            for need in needs { engine.learn(try disk.fact(need)) }
        }
    }
}
