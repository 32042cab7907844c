internal import DeskModel

/// What the shell needs of a desk, be it running or stopped.
protocol AdministeredDesk: Submissions {
    /// Everybody who ever worked here.
    var agents: [Agent] { get }
    /// Every queue.
    var queues: [Queue] { get }
    /// The customer with this address, live or not.
    func customer(with address: Address) -> Customer?
    /// Sets the clock on; `false` if it runs by itself.
    func advanceClock(by span: TimeSpan) -> Bool
    /// What a change would do, in words.
    func preview(of change: Administration) -> ShellReply
    /// How it is, in pairs.
    var status: [(name: String, value: String)] { get }
}

/// What the shell is told: lines, and whether it is done.
struct ShellReply: Equatable {
    /// What was asked for, a line each.
    var lines: [String] = []
    /// `nil`: done; otherwise why not, one sentence.
    var failure: String?
}

/// Where requests of the shell are fulfilled.
final class ShellCounter {
    private unowned let desk: any AdministeredDesk

    /// Asks of `desk`, which lives longer.
    init(_ desk: any AdministeredDesk) {
        self.desk = desk
    }

    /// Fulfils a request; `then` is told when everything of it is durable, or what was refused.
    func fulfil(_ request: ShellRequest, then: @escaping (ShellReply) -> Void) {
        switch request {
        case .administer(let change): submit(change, then)
        case .preview(let change): then(desk.preview(of: change))
        case .queue(let name, let isNew, let words): setQueue(name, isNew: isNew, words, then)
        case .agents: then(ShellReply(lines: desk.agents.sorted { $0.name < $1.name }.map(\.record)))
        case .queues: then(ShellReply(lines: desk.queues.sorted { $0.name < $1.name }.map(\.record)))
        case .customer(let address):
            guard let customer = desk.customer(with: address) else {
                return then(ShellReply(failure: "no customer has the address \(address)"))
            }
            then(ShellReply(lines: [customer.record]))
        case .status: then(ShellReply(lines: desk.status.map { "\($0.name)=\(Log.quoted($0.value))" }))
        case .advanceClock(let span):
            let isByHand = desk.advanceClock(by: span)
            then(
                ShellReply(
                    failure: isByHand ? nil : "this desk's clock runs by itself (it was started without --clock hand)"))
        }
    }

    private func setQueue(
        _ name: QueueName, isNew: Bool, _ words: QueueWords, _ then: @escaping (ShellReply) -> Void
    ) {
        let found = desk.queues.first { $0.name == name }
        switch (isNew, found) {
        case (true, .some): then(ShellReply(failure: "there is a queue \(name) already"))
        case (false, nil): then(ShellReply(failure: "there is no queue \(name)"))
        default: submit(.setQueue(words.applied(to: found ?? Queue(name: name))), then)
        }
    }

    /// What whoever granted rights may not expect: a bot has only r in every queue.
    private func warnings(after change: Administration) -> [String] {
        let name: AgentName
        switch change {
        case .addAgent(let added, _, _, _, _): name = added
        case .setRights(let changed, _), .setFlags(let changed, _, _): name = changed
        default: return []
        }
        guard let agent = desk.agents.first(where: { $0.name == name }), agent.isBot,
            !agent.everywhere.subtracting(.read).isEmpty
        else { return [] }
        return ["\(name) is a bot: of *=\(agent.everywhere) only r counts; grant the rest queue by queue"]
    }

    private func submit(_ change: Administration, _ then: @escaping (ShellReply) -> Void) {
        desk.submit(
            Submission(command: .administer(change), agent: .desk) { answer in
                switch answer {
                case .done: then(ShellReply(lines: self.warnings(after: change)))
                case .refused(let refusal): then(ShellReply(failure: refusal.sentence))
                }
            })
    }
}

extension Agent {
    /// One line for the shell.
    fileprivate var record: String {
        var words = ["\(name)"]
        if isRetired { words.append("retired") }
        if isAdmin { words.append("admin") }
        if isBot { words.append("bot") }
        words.append("login=\(password == nil ? "-" : "password")")
        if !tokens.isEmpty { words.append("tokens=\(tokens.keys.sorted().joined(separator: ","))") }
        if !everywhere.isEmpty { words.append("*=\(everywhere)") }
        words += rights.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return words.joined(separator: " ")
    }
}

extension Queue {
    /// One line for the shell.
    fileprivate var record: String {
        var words = ["\(name)"]
        if isDefault { words.append("default") }
        if !addresses.isEmpty { words.append("address=\(addresses.map(\.description).joined(separator: ","))") }
        words += ["lease=\(lease.setting)", "guard=\(customerGuard)", "held=\(heldMost)"]
        words.append("automatic=\(answersAutomatically ? "yes" : "no")")
        words.append("cc=\(keepsCc ? "keep" : "drop")")
        words.append("reply=\(automaticReply == nil ? "desk" : "own")")
        return words.joined(separator: " ")
    }
}

extension Customer {
    /// One line for the shell.
    fileprivate var record: String {
        var words = ["\(name)"]
        if addresses.count > 1 {
            words.append("also=\(addresses.dropFirst().map(\.description).joined(separator: ","))")
        }
        if isRelay { words.append("relay") }
        if wantsNoAutomaticReply { words.append("no-reply") }
        if isUnguarded { words.append("unguarded") }
        if isGuarded { words.append("guarded") }
        if !live.isEmpty { words.append("open=\(live.map(\.description).joined(separator: ","))") }
        return words.joined(separator: " ")
    }
}

extension Refusal {
    /// The refusal in words for somebody at a shell.
    var sentence: String {
        switch self {
        case .noSuchQueue(let name): "there is no queue \(name)"
        case .noSuchAgent(let name): "there is no agent \(name)"
        case .noSuchCustomer(let address): "no customer has the address \(address)"
        case .notAdmin: "only an admin may do that"
        case .storage: "the desk cannot write at the moment, try again"
        case .shuttingDown: "the desk is going down, try again"
        case .usage(let text): text
        case .customerBusy(_, let occupation, _, let customer, _):
            "two agents serve \(customer), one of them is \(occupation.holder): one has to release their ticket first"
        default: "the desk refuses that (\(self))"
        }
    }
}
