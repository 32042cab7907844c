import DeskEngine
import DeskModel
import Testing

struct AdministrationTests {
    @Test func `only an admin or the shell administers`() {
        var desk = Desk()
        let queue = Administration.setQueue(Queue(name: .named("junk")))
        #expect(desk.say(.administer(queue), by: .meier).refusal == .notAdmin)
        let decision = desk.say(.administer(queue), by: .mustermann)
        #expect(decision.events.first?.subject == .queue(.named("junk")) && decision.events.first?.by == .mustermann)
        #expect(desk.say(.administer(queue), by: .desk).events.isEmpty)
    }

    @Test func `names are used once and mean one thing`() {
        var desk = Desk()
        let add = { Administration.addAgent(.named($0), isBot: false, isAdmin: false, password: nil, []) }
        #expect(desk.say(.administer(add("meier")), by: .desk).refusal != nil)
        #expect(desk.say(.administer(add("customer")), by: .desk).refusal != nil)
        desk.administer(.retireAgent(.meier))
        #expect(desk.say(.administer(add("meier")), by: .desk).refusal != nil)
        #expect(desk.say(.administer(.setQueue(Queue(name: .named("next")))), by: .desk).refusal != nil)
        var greedy = Queue(name: .named("greedy"))
        greedy.addresses = [Address("inbox@desk.example")]
        #expect(desk.say(.administer(.setQueue(greedy)), by: .desk).refusal != nil)
    }

    @Test func `the last admin stays one`() {
        var desk = Desk()
        let changes: [Administration] = [
            .retireAgent(.mustermann), .setFlags(.mustermann, isBot: false, isAdmin: false),
            .setFlags(.mustermann, isBot: true, isAdmin: false),
        ]
        for change in changes {
            for asker in [AgentName.desk, .mustermann] {
                let sentence = "mustermann is the last admin who can log in: make another agent admin first"
                #expect(desk.say(.administer(change), by: asker).refusal == .usage(sentence))
            }
        }
        desk.administer(.setFlags(.meier, isBot: false, isAdmin: true))
        desk.administer(.retireAgent(.mustermann))
        #expect(desk.engine.isLastAdmin(.meier))
        // Whoever is retired already is no admin any more, whatever the flags say.
        desk.administer(.setFlags(.schulze, isBot: false, isAdmin: true))
        desk.administer(.retireAgent(.schulze))
        #expect(desk.say(.administer(.retireAgent(.meier)), by: .meier).refusal != nil)
    }

    @Test func `an admin who cannot log in is no reason to let the last one go`() {
        var desk = Desk()
        let key = PasswordKey(salt: [1], iterations: 4096, storedKey: [2], serverKey: [3])
        desk.administer(.setPassword(.mustermann, key))
        desk.administer(.addAgent(.named("robot"), isBot: true, isAdmin: true, password: nil, []))
        #expect(desk.say(.administer(.retireAgent(.mustermann)), by: .desk).refusal != nil)
        #expect(desk.say(.administer(.setFlags(.mustermann, isBot: false, isAdmin: false)), by: .desk).refusal != nil)
        // With a token the bot is an admin like any other, and its token is the last way in.
        desk.administer(.addToken(.named("robot"), token: "a", .of(1)))
        desk.administer(.addToken(.named("robot"), token: "b", .of(2)))
        desk.administer(.retireAgent(.mustermann))
        desk.administer(.revokeToken(.named("robot"), token: "a"))
        #expect(desk.say(.administer(.revokeToken(.named("robot"), token: "b")), by: .desk).refusal != nil)
    }

    @Test func `there is one default queue`() {
        var desk = Desk()
        var recorder = Queue(name: .recorder)
        recorder.isDefault = true
        let decision = desk.say(.administer(.setQueue(recorder)), by: .desk)
        #expect(decision.events.map(\.subject) == [.queue(.inbox), .queue(.recorder)])
        #expect(desk.engine.state.queues.values.filter(\.isDefault).map(\.name) == [.recorder])
    }

    @Test func `rights that go take the claims along; so does retirement`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring(from: "b@example.org", to: "recorder@desk.example"))
        for id in [one, two] { desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .weber) }
        desk.administer(.setRights(.weber, [Grant([.read, .work], in: .recorder)]))
        let less = desk.say(.administer(.setRights(.weber, [Grant([.read], in: nil)])), by: .desk)
        #expect(less.kinds == ["release #1", "agent -"])
        #expect(less.events[0].kind == .release(.rights, text: nil))
        #expect(try desk.ticket(two).holder == .weber)
        #expect(desk.say(.administer(.retireAgent(.weber)), by: .desk).kinds == ["release #2", "agent -"])
        #expect(!desk.engine.may(.weber, .read, in: .recorder))
        #expect(desk.say(.administer(.retireAgent(.weber)), by: .desk).refusal == .noSuchAgent(.weber))
    }

    @Test func `rights come all or none, with a new agent too`() throws {
        var desk = Desk()
        let nowhere = [Grant([.read], in: .inbox), Grant([.read], in: .named("nowhere"))]
        let added = { Administration.addAgent(.named("peters"), isBot: false, isAdmin: false, password: nil, $0) }
        for change in [added(nowhere), .setRights(.meier, nowhere)] {
            let before = desk.engine.state.agents
            #expect(desk.say(.administer(change), by: .desk).refusal == .noSuchQueue(.named("nowhere")))
            #expect(desk.engine.state.agents == before)
        }
        let here = [Grant([.read], in: .inbox), Grant([.read, .work], in: .recorder)]
        #expect(desk.say(.administer(added(here)), by: .desk).kinds == ["agent -", "agent -", "agent -"])
        #expect(desk.say(.administer(.setRights(.named("peters"), here)), by: .desk).kinds.isEmpty)
        let peters = try #require(desk.engine.state.agents[.named("peters")])
        #expect(peters.may(.work, in: .recorder) && !peters.may(.work, in: .inbox))
    }

    @Test func `a bot works only where that was granted`() {
        var desk = Desk()
        let id = desk.bring()
        desk.administer(.setFlags(.meier, isBot: true, isAdmin: false))
        #expect(
            desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier).refusal
                == .forbidden(ticket: id, need: .work, queue: .inbox, agent: nil))
        desk.administer(.setRights(.meier, [Grant([.work], in: .inbox)]))
        #expect(desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier).kinds == ["claim #1"])
    }

    @Test func `a token is its agent's until it is revoked, and he may log in until he retires`() {
        var desk = Desk()
        desk.administer(.addToken(.meier, token: "laptop", .of(1)))
        desk.administer(.addToken(.schulze, token: "laptop", .of(2)))
        #expect(desk.engine.state.agents[.meier]?.tokens == ["laptop": .of(1)])
        #expect(desk.say(.administer(.addToken(.meier, token: "laptop", .of(3))), by: .desk).refusal != nil)
        desk.administer(.revokeToken(.meier, token: "laptop"))
        #expect(desk.engine.state.agents[.meier]?.tokens.isEmpty == true)
        desk.administer(.retireAgent(.schulze))
        #expect(desk.engine.state.agents[.schulze]?.isRetired == true)
    }

    @Test func `two customers become one: addresses, tickets, claims and lease`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(from: "a@example.org"), desk.bring(from: "b@example.org"))
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier)
        desk.administer(.joinCustomers(Address("a@example.org"), Address("b@example.org")))
        #expect(try desk.ticket(two).customer == (try desk.ticket(one).customer))
        #expect(desk.engine.lease(of: try desk.ticket(two)) == desk.now + .minutes(30))
        #expect(desk.engine.customerName(of: try desk.ticket(two)) == Address("a@example.org"))
        #expect(desk.engine.also(try desk.ticket(two), for: .meier) == [one])
        guard case .customerBusy = desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .schulze).refusal else {
            Issue.record("the guard did not follow")
            return
        }
        let three = desk.bring(from: "b@example.org")
        #expect(try desk.ticket(three).customer == (try desk.ticket(one).customer))
        let nobody = Address("nobody@example.org")
        #expect(desk.say(.administer(.joinCustomers(nobody, nobody)), by: .desk).refusal == .noSuchCustomer(nobody))
    }

    @Test func `a split undoes a join: each ticket goes with the address that opened it, old and new ones`() throws {
        var desk = Desk()
        let (a, b) = (Address("a@example.org"), Address("b@example.org"))
        let (one, two) = (desk.bring(from: "a@example.org"), desk.bring(from: "b@example.org"))
        desk.administer(.addAddress(b, Address("b2@example.org")))
        desk.administer(.joinCustomers(a, b))
        let (three, four) = (desk.bring(from: "b2@example.org"), desk.bring(from: "a@example.org"))
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier)
        desk.say(.close(.id(four), read: nil, text: nil), by: .mustermann)
        let decision = desk.say(.administer(.splitCustomer(a, b)), by: .desk)
        #expect(decision.kinds == ["customer -"])
        let (first, second) = (try desk.ticket(one).customer, try desk.ticket(two).customer)
        #expect(first != second)
        #expect(try desk.ticket(three).customer == second)
        #expect(try desk.ticket(four).customer == first)
        #expect(desk.engine.state.customers[first]?.addresses == [a])
        #expect(desk.engine.state.customers[second]?.addresses == [b, Address("b2@example.org")])
        #expect(desk.engine.state.customers[first]?.live == [one])
        #expect(desk.engine.state.customers[second]?.live == [two, three])
        // Both are still held, each with a lease, and from now on two agents may serve them.
        #expect(try desk.ticket(two).holder == .meier)
        for id in [one, two] { #expect(desk.engine.lease(of: try desk.ticket(id)) != nil) }
        desk.say(.release(.id(two), text: nil), by: .meier)
        #expect(desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze).refusal == nil)
        let five = desk.bring(from: "b2@example.org")
        #expect(try desk.ticket(five).customer == second)
        #expect(desk.say(.administer(.splitCustomer(a, b)), by: .desk).refusal != nil)
        #expect(desk.say(.administer(.splitCustomer(a, a)), by: .desk).refusal != nil)
    }

    /// The disk follows some way behind: it has a closed ticket under the customer from before.
    @Test func `an answer looks for what was closed before a join or a split that the disk lacks`() throws {
        var desk = Desk()
        let (a, b) = (Address("a@example.org"), Address("b@example.org"))
        let (one, two) = (desk.bring(from: "a@example.org"), desk.bring(from: "b@example.org"))
        let (first, second) = (try desk.ticket(one).customer, try desk.ticket(two).customer)
        func asked(answering id: TicketID) -> Set<CustomerID> {
            let needs = desk.engine.needs(.reply(.id(id), read: nil, text: "x"), by: .meier, at: desk.now)
            return Set(needs.compactMap { if case .recent(.customer(let id), _) = $0 { id } else { nil } })
        }
        desk.administer(.joinCustomers(a, b))
        #expect(asked(answering: one) == [first, second])
        desk.engine.forget(applied: desk.engine.state.sequence)
        #expect(asked(answering: one) == [first])
        desk.administer(.splitCustomer(a, b))
        let third = try desk.ticket(two).customer
        #expect(asked(answering: two) == [first, third])
        #expect(asked(answering: one) == [first])
        desk.engine.forget(applied: desk.engine.state.sequence)
        #expect(asked(answering: two) == [third])
    }

    @Test func `of several joins a split undoes the one that brought the address`() {
        var desk = Desk()
        let addresses = ["a", "b", "c"].map { Address("\($0)@example.org") }
        for address in addresses { _ = desk.bring(from: address.description) }
        desk.administer(.joinCustomers(addresses[1], addresses[0]))
        desk.administer(.joinCustomers(addresses[2], addresses[1]))
        func customers() -> [[Address]] {
            desk.engine.state.customers.values.map { $0.addresses.sorted() }.sorted { $0[0] < $1[0] }
        }
        #expect(customers() == [addresses])
        desk.administer(.splitCustomer(addresses[2], addresses[1]))
        #expect(customers() == [Array(addresses[0...1]), [addresses[2]]])
        desk.administer(.splitCustomer(addresses[1], addresses[0]))
        #expect(customers() == addresses.map { [$0] })
    }

    @Test func `customers whom two agents serve are not joined`() {
        var desk = Desk()
        let (one, two) = (desk.bring(from: "a@example.org"), desk.bring(from: "b@example.org"))
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .schulze)
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier)
        let join = Administration.joinCustomers(Address("a@example.org"), Address("b@example.org"))
        guard case .customerBusy(two, let occupation, _, _, _) = desk.say(.administer(join), by: .desk).refusal else {
            Issue.record("joined")
            return
        }
        #expect(occupation.holder == .schulze)
    }
}
