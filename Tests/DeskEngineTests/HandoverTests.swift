import DeskEngine
import DeskModel
import Testing

struct HandoverTests {
    @Test func `others steal after half the lease without work, a lead at once, and all of that customer`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring())
        desk.say(.claim(.id(one), lease: .minutes(20), anyway: nil), by: .meier)
        desk.say(.claim(.id(two), lease: .minutes(20), anyway: nil), by: .meier)
        let occupation = Refusal.Occupation(holder: .meier, since: desk.now, lease: desk.now + .minutes(20))
        let early = desk.say(.steal(.id(one), text: "zu Tisch"), by: .schulze)
        #expect(early.refusal == .taken(one, occupation, stealFrom: desk.now + .minutes(10)))
        let lead = desk.engine.decide(.steal(.id(one), text: "eilt"), by: .mustermann, at: desk.now)
        #expect(lead.kinds == ["steal #2", "steal #1"])
        desk.wait(.minutes(10))
        let late = desk.say(.steal(.id(one), text: "zu Tisch"), by: .schulze)
        #expect(late.kinds == ["steal #2", "steal #1"])
        #expect(late.events.allSatisfy { $0.snapshot?.holder == .schulze && $0.snapshot?.holderBefore == .meier })
        #expect(late.claimed?.was == .some(.some(.meier)))
        #expect(desk.engine.state.agents(serving: try desk.ticket(one).customer) == [.schulze])
        #expect(desk.engine.lease(of: try desk.ticket(two)) == desk.now + .minutes(30))
    }

    @Test func `work on any ticket of the customer moves the moment from which others may steal`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring())
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        desk.wait(.minutes(14))
        desk.say(.note(.id(two), text: "ruft zurueck"), by: .meier)
        desk.wait(.minutes(14))
        #expect(desk.say(.steal(.id(one), text: "eilt"), by: .schulze).events.isEmpty)
        desk.wait(.minutes(1))
        #expect(desk.say(.steal(.id(one), text: "eilt"), by: .schulze).kinds == ["steal #1"])
    }

    @Test func `stealing what is free is claiming, guard included; what is over is closed`() {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring())
        let free = desk.say(.steal(.id(one), text: "eilt"), by: .meier)
        #expect(free.kinds == ["claim #1"])
        #expect(free.claimed?.was == .some(.none))
        #expect(desk.say(.steal(.id(one), text: "eilt"), by: .meier).claimed?.isNew == false)
        guard case .customerBusy = desk.say(.steal(.id(two), text: "eilt"), by: .schulze).refusal else {
            Issue.record("the guard was passed")
            return
        }
        desk.say(.close(.id(two), read: nil, text: nil), by: .lehmann)
        #expect(desk.say(.steal(.id(two), text: "eilt"), by: .schulze).refusal == .closed(two, kept: false))
    }

    @Test func `stealing from one of two agents tells the other, giving is refused`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring())
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        desk.say(.claim(.id(two), lease: nil, anyway: "Telefon"), by: .schulze)
        let given = desk.say(.give(.id(one), to: .weber, text: nil), by: .meier)
        guard case .customerBusy(one, let occupation, two, _, _)? = given.refusal else {
            Issue.record("\(given)")
            return
        }
        #expect(occupation.holder == .schulze)
        let stolen = desk.say(.steal(.id(one), text: "eilt"), by: .mustermann)
        #expect(stolen.kinds == ["guardOverride #1", "guardOverride #2", "steal #1"])
        #expect(desk.say(.give(.id(two), to: .mustermann, text: nil), by: .schulze).kinds == ["give #2"])
        #expect(desk.engine.held(by: .mustermann) == [one, two])
    }

    @Test func `what comes along with a ticket is under the guard of its own queue`() {
        var desk = Desk()
        desk.administer(.setQueue(desk.queue(.recorder, guard: .off)))
        let (one, two) = (desk.bring(to: "recorder@desk.example"), desk.bring())
        let three = desk.bring(to: "recorder@desk.example")
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier)
        desk.say(.claim(.id(three), lease: nil, anyway: nil), by: .schulze)
        let given = desk.say(.give(.id(one), to: .weber, text: nil), by: .meier)
        guard case .customerBusy(one, _, three, _, _)? = given.refusal else {
            Issue.record("\(given)")
            return
        }
        let stolen = desk.engine.decide(.steal(.id(one), text: "eilt"), by: .mustermann, at: desk.now)
        #expect(stolen.kinds == ["guardOverride #1", "guardOverride #3", "steal #2", "steal #1"])
        desk.administer(.setQueue(desk.queue(.inbox, guard: .strict)))
        desk.wait(.minutes(20))
        #expect(
            desk.say(.steal(.id(one), text: "eilt"), by: .weber).refusal
                == .forbidden(ticket: one, need: .lead, queue: .inbox, agent: nil))
        desk.say(.release(.id(two), text: nil), by: .meier)
        #expect(desk.say(.give(.id(one), to: .weber, text: nil), by: .meier).kinds == ["give #1"])
    }

    @Test func `a claim does not come under a guard unasked by a move`() {
        var desk = Desk()
        desk.administer(.setQueue(desk.queue(.recorder, guard: .off)))
        let (one, two) = (desk.bring(to: "recorder@desk.example"), desk.bring(to: "recorder@desk.example"))
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .schulze)
        for asker in [AgentName.meier, .mustermann] {
            guard
                case .customerBusy(one, let occupation, two, _, _)? =
                    desk.say(.move(.id(one), to: .inbox, text: nil), by: asker).refusal
            else {
                Issue.record("two serve one customer, unasked")
                return
            }
            #expect(occupation.holder == .schulze)
        }
        desk.say(.release(.id(one), text: nil), by: .meier)
        #expect(desk.say(.move(.id(one), to: .inbox, text: nil), by: .meier).kinds == ["move #1"])
        #expect(desk.say(.move(.id(two), to: .inbox, text: nil), by: .schulze).kinds == ["move #2"])
        #expect(desk.say(.claim(.id(one), lease: nil, anyway: "Telefon"), by: .meier).refusal == nil)
        #expect(desk.say(.move(.id(one), to: .named("postmaster"), text: nil), by: .meier).kinds == ["move #1"])
    }

    @Test func `give moves everything; where the receiver may not work it becomes free`() throws {
        var desk = Desk()
        let (one, two) = (desk.bring(), desk.bring(to: "recorder@desk.example"))
        desk.administer(.setRights(.weber, [Grant([], in: nil)]))
        desk.administer(.setRights(.weber, [Grant([.read, .work], in: .inbox)]))
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier)
        #expect(
            desk.say(.give(.id(two), to: .weber, text: nil), by: .meier).refusal
                == .forbidden(ticket: two, need: .read, queue: .recorder, agent: .weber))
        let given = desk.say(.give(.id(one), to: .weber, text: "bitte"), by: .meier)
        #expect(given.kinds == ["release #2", "give #1"])
        #expect(given.events[0].kind == .release(.rights, text: nil))
        let addressee = Addressee(Recipients(to: [Address("kunz@example.org")]), name: "")
        #expect(given.outcome == .given(one, holder: .weber, also: [two], addressee))
    }

    @Test func `give to whom`() {
        var desk = Desk()
        let id = desk.bring()
        let nobody = AgentName.named("nobody")
        #expect(desk.say(.give(.id(id), to: nobody, text: nil), by: .meier).refusal == .noSuchAgent(nobody))
        #expect(
            desk.say(.give(.id(id), to: .lehmann, text: nil), by: .meier).refusal
                == .forbidden(ticket: id, need: .work, queue: .inbox, agent: .lehmann))
        #expect(
            desk.say(.give(.id(id), to: .schulze, text: nil), by: .meier).refusal
                == .notHolder(id, holder: nil, kept: false))
        let assigned = desk.say(.give(.id(id), to: .schulze, text: "deins"), by: .mustermann)
        #expect(assigned.events.first?.kind.isGive(from: nil) == true)
        #expect(assigned.events.first?.changes == [.holder, .state])
        #expect(
            desk.say(.give(.id(id), to: .schulze, text: nil), by: .meier).outcome
                == .already(id, holder: .schulze, queue: nil))
        #expect(desk.say(.give(.id(id), to: .schulze, text: nil), by: .schulze).claimed?.isNew == false)
    }

    @Test func `the receiver's limit holds for everything that comes along`() {
        var desk = Desk(heldMost: 2)
        let (one, two) = (desk.bring(), desk.bring())
        let other = desk.bring(from: "other@example.org")
        desk.say(.claim(.id(one), lease: nil, anyway: nil), by: .meier)
        desk.say(.claim(.id(two), lease: nil, anyway: nil), by: .meier)
        desk.say(.claim(.id(other), lease: nil, anyway: nil), by: .schulze)
        #expect(desk.say(.give(.id(one), to: .schulze, text: nil), by: .meier).refusal == .tooMany(.held, most: 2))
    }

    @Test func `a claim goes along with its ticket unless its holder may not work there`() throws {
        var desk = Desk()
        let id = desk.bring()
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        #expect(
            desk.say(.move(.id(id), to: .recorder, text: nil), by: .schulze).refusal
                == .notHolder(id, holder: .meier, kept: false))
        let moved = desk.say(.move(.id(id), to: .recorder, text: "gehoert da hin"), by: .meier)
        #expect(moved.kinds == ["move #1"])
        #expect(moved.events[0].snapshot?.holder == .meier && moved.events[0].queue == .recorder)
        desk.administer(.setRights(.meier, [Grant([.read, .move], in: nil)]))
        #expect(try desk.ticket(id).holder == nil)
        desk.administer(.setRights(.meier, [Grant([.work], in: .recorder)]))
        desk.say(.claim(.id(id), lease: nil, anyway: nil), by: .meier)
        let lost = desk.say(.move(.id(id), to: .inbox, text: nil), by: .meier)
        #expect(lost.kinds == ["release #1", "move #1"])
        #expect(lost.events[0].queue == .recorder && lost.events[1].queue == .inbox)
        #expect(
            desk.say(.move(.id(id), to: .inbox, text: nil), by: .meier).outcome
                == .already(id, holder: nil, queue: .inbox))
        #expect(
            desk.say(.move(.id(id), to: .recorder, text: nil), by: .weber).refusal
                == .forbidden(ticket: id, need: .move, queue: .recorder, agent: nil))
    }
}

extension Kind {
    fileprivate func isGive(from agent: AgentName?) -> Bool {
        if case .give(_, let was, _, _) = self { was == agent } else { false }
    }
}
