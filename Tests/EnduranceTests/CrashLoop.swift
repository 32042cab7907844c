import DeskModel
import DeskNet
import DeskStore
import DeskTestSupport
import Testing

/// A desk under load that is killed again and again, and what everybody remembers of it: agents what was acknowledged,
/// mail servers what was accepted, a watcher what he heard.
final class CrashLoop {
    private let desk: Desk
    private var dice: Dice
    private var round = 0
    private var counter = 0

    private var agents: [Agent]
    private var watcher: Watcher
    private var mails: [Handed] = []
    private var tickets: [String] = ["#1"]
    /// Finals with `seq=`, by that number.
    private(set) var acknowledged: [Int: (command: Command, final: String)] = [:]
    private var commands: [Command] = []
    /// Outgoing mails as they were first seen.
    private var outgoing: [String: [UInt8]] = [:]
    /// How it died: `at a moment`, `in journal.db`; `by hand` where no write was the one to die in.
    private(set) var deaths: [String: Int] = [:]
    private var way = ""

    init(seed: UInt64) throws {
        // Every mail is to be answered automatically, however many there are.
        let limits = ["address-hour", "address-day", "domain-hour", "subject-hour"].map { "replies-per-" + $0 }
        desk = try Desk((limits + ["replies-breaker"]).flatMap { ["--" + $0, "1000000"] }, isSending: true)
        dice = Dice(seed: seed)
        agents = ["meier", "schulze", "meier", "schulze"].map { Agent(name: $0) }
        watcher = Watcher()
    }

    /// A command and what is known of it.
    final class Command {
        let agent: String
        let line: String
        /// What no other command says.
        let mark: String
        let isKeyed: Bool
        var final: String?

        init(agent: String, line: String, mark: String, isKeyed: Bool) {
            (self.agent, self.line, self.mark, self.isKeyed) = (agent, line, mark, isKeyed)
        }
    }

    /// A connection of an agent; one command at a time.
    private struct Agent {
        let name: String
        var line: LiveLine?
        var underway: Command?
        var held: [String] = []
        /// Those with a key of which nobody knows whether they were done.
        var unknown: [Command] = []
    }

    /// Who follows everything, and comes back from the last number that he has heard.
    private struct Watcher {
        var line: LiveLine?
        var last = 0
        var heard: [String] = []
    }

    /// A mail on its way: handed in until it is accepted, and some again after that.
    private final class Handed {
        let mail: Mail
        var isAccepted = false
        var isDouble: Bool

        init(_ mail: Mail, isDouble: Bool) {
            (self.mail, self.isDouble) = (mail, isDouble)
        }
    }

    /// What there was of everything.
    var figures: String {
        let unknown = commands.count { $0.final == nil } + commands.count { $0.final?.contains("again=yes") == true }
        return "\(round) deaths \(deaths), \(commands.count) commands, \(acknowledged.count) acknowledged with events, "
            + "\(unknown) unanswered, \(mails.count) mails, \(outgoing.count) sent"
    }

    /// How many mails were handed in.
    var mailCount: Int { mails.count }

    /// Load until the desk dies; what it left is looked at, and it is started again.
    func goRound() throws {
        round += 1
        try connect()
        var posts = try (0..<2).map { _ in try desk.post() }
        let killer = try plan()
        var carried: [Handed?] = [nil, nil]
        var piped: (process: ChildProcess, mail: Handed)?
        do {
            for _ in 0..<400 {
                for index in agents.indices { try step(&agents[index]) }
                for index in posts.indices { try carry(&carried[index], &posts[index]) }
                if piped == nil, dice.one(in: 20) {
                    let mail = nextMail()
                    piped = (try desk.begin(mail.mail), mail)
                }
                if let (process, mail) = piped, let end = process.reap() {
                    if end == .exited(0) { accepted(mail) }
                    piped = nil
                }
                try watch()
                guard desk.isRunning else { throw LiveLine.Closed() }
            }
            if killer == nil { way = "by hand" }
        } catch is LiveLine.Closed {} catch is NetError {}
        // A door that closes, and the desk lives on, would keep us here.
        _ = killer?.wait()
        try #require(
            (way == "by hand" ? desk.kill() : desk.end()) == .killed(signal: 9), "round \(round): \(desk.said)")
        deaths[way, default: 0] += 1
        if let (process, mail) = piped, process.wait() == .exited(0) { accepted(mail) }
        lookBack(posts, carried)
        try examine()
        try desk.fault("")
        try desk.start()
    }

    /// How it is going to die: from without, or in the middle of a write.
    private func plan() throws -> ChildProcess? {
        // In turn, not by the dice: what they are asked meanwhile depends on the machine.
        let choice = round % 6
        let (file, most) = [("journal.db", 300), ("mail.db", 100), ("desk.db", 60)][choice % 3]
        if choice < 3 {
            let milliseconds = 20 + dice.roll(400)
            way = "at a moment"
            let wait = "0.\(String(1000 + milliseconds).dropFirst())"
            return try ChildProcess(
                path: "/bin/sh", arguments: ["-c", "sleep \(wait); kill -9 \(desk.pid)"],
                environment: ["PATH=/usr/bin:/bin"], input: .null, output: .null, errors: .null)
        }
        way = "in \(file)"
        try desk.fault("\(file) kill \(1 + dice.roll(most))")
        return nil
    }

    private func connect() throws {
        for index in agents.indices {
            let line = try desk.connect(agents[index].name)
            agents[index].line = line
            for command in agents[index].unknown { done(command, try line.ask(command.line)) }
            agents[index].unknown = []
        }
        let line = try desk.connect("mustermann")
        watcher.line = line
        let final = try line.ask("subscribe * since=\(watcher.last)", others: hear)
        try #require(final.hasPrefix("OK subscribed "), "\(final)")
    }
}

extension CrashLoop {
    /// Hears the final of the command underway, or says the next.
    private func step(_ agent: inout Agent) throws {
        guard let line = agent.line else { return }
        if let command = agent.underway {
            done(command, try line.final())
            agent.underway = nil
            let said = Said(command.final ?? "")
            guard said.words.count > 2, said.words[0] == "OK" else { return }
            let ticket = String(said.words[2])
            switch said.words[1] {
            case "claimed": agent.held.append(ticket)
            case "released", "closed": agent.held.removeAll { $0 == ticket }
            default: break
            }
        } else {
            let command = nextCommand(of: agent)
            agent.underway = command
            try line.send(command.line + "\n")
        }
    }

    private func nextCommand(of agent: Agent) -> Command {
        counter += 1
        let mark = "w-\(counter)."
        let ticket = dice.pick(tickets.suffix(60))
        let own = agent.held.isEmpty ? ticket : dice.pick(agent.held)
        let said =
            switch dice.roll(16) {
            case 0...2: "claim \(ticket)"
            case 3: "claim next inbox"
            case 4...5: "release \(own)"
            case 6: "note \(ticket) \(mark)"
            case 7...9: "show \(own)"
            case 10...11: "reply \(own) \(mark)"
            case 12: "close \(own) \(mark)"
            default: "say \(ticket) \(mark)"
            }
        let isKeyed = dice.one(in: 2)
        let command = Command(
            agent: agent.name, line: (isKeyed ? "!k-\(counter) " : "") + said, mark: mark, isKeyed: isKeyed)
        commands.append(command)
        return command
    }

    private func done(_ command: Command, _ final: String) {
        command.final = final
        guard let number = Said(final)["seq"].flatMap({ Int($0) }), final.hasPrefix("OK ") else { return }
        if let other = acknowledged[number], other.command !== command {
            Issue.record("one event for two commands: \(other.final) and \(final)")
        }
        acknowledged[number] = (command, final)
    }

    private func nextMail() -> Handed {
        if let waiting = mails.first(where: { !$0.isAccepted }), dice.roll(3) > 0 { return waiting }
        if let double = mails.last(where: { $0.isAccepted && $0.isDouble }) {
            double.isDouble = false
            return double
        }
        let number = mails.count + 1
        let mail = Handed(
            Mail(name: "m\(number)", from: "c\(dice.roll(30))@example.org", subject: "mail \(number)."),
            isDouble: dice.one(in: 4))
        mails.append(mail)
        return mail
    }

    private func carry(_ carried: inout Handed?, _ post: inout Post) throws {
        if let mail = carried {
            guard let reply = try post.finish() else { throw LiveLine.Closed() }
            if reply.hasPrefix("250 ") { accepted(mail) }
            carried = nil
        } else {
            let mail = nextMail()
            carried = mail
            guard try post.begin(mail.mail) else { throw LiveLine.Closed() }
        }
    }

    private func accepted(_ mail: Handed) {
        mail.isAccepted = true
    }

    private func watch() throws {
        guard let line = watcher.line else { return }
        for said in line.linesHere().lines { hear(said) }
    }

    private func hear(_ said: String) {
        guard said.hasPrefix("* ") else { return }
        let event = Said(said)
        watcher.heard.append(said)
        if event.number <= watcher.last { Issue.record("again, after \(watcher.last): \(said)") }
        watcher.last = event.number
        if event.words[2] == "new" { tickets.append(String(event.words[3])) }
    }

    /// What had been said before the desk died counts; what had not is unknown.
    private func lookBack(_ posts: [Post], _ carried: [Handed?]) {
        for index in agents.indices {
            if let command = agents[index].underway {
                let final = try? agents[index].line?.final()
                if let final { done(command, final) } else if command.isKeyed { agents[index].unknown.append(command) }
            }
            agents[index].underway = nil
            agents[index].line = nil
        }
        for (post, mail) in zip(posts, carried) {
            if let mail, let reply = try? post.finish(), reply.hasPrefix("250 ") { accepted(mail) }
        }
        while let said = try? watcher.line?.nextLine() { hear(said) }
        watcher.line = nil
    }

    /// What a crash may not have left behind.
    private func examine() throws {
        do {
            let journal = try JournalReader(path: desk.state + "/journal.db")
            try journal.verify()
            let head = try journal.head()
            for (number, said) in acknowledged where number > head { Issue.record("lost: \(said.final)") }
            if watcher.last > head { Issue.record("heard \(watcher.last), but the log ends with \(head)") }
        }
        try look(at: desk.outgoing)
        if dice.one(in: 5) { DeskDump.remove(desk.state) }
    }

    /// A copy that is sent again is the same copy.
    private func look(at folder: String) throws {
        for name in try Files.list(folder) where name.hasSuffix(".eml") {
            let bytes = try Files.read("\(folder)/\(name)", limit: 1 << 20)
            if let first = outgoing[name], first != bytes { Issue.record("\(name) has changed") }
            outgoing[name] = bytes
        }
    }
}

extension CrashLoop {
    /// Everything that was begun is ended; then all that is remembered is compared with the log.
    func finish() throws {
        try connect()
        let post = try desk.post()
        for mail in mails where !mail.isAccepted || mail.isDouble {
            let reply = try post.send(mail.mail)
            #expect(reply?.hasPrefix("250 ") == true, "\(reply ?? "nothing")")
        }
        try awaitOutgoing()
        let log = try desk.connect("mustermann").log()
        #expect(watcher.heard == log, "the watcher has heard \(watcher.heard.count) of \(log.count) events")
        compareCommands(with: log)
        compareMails(with: log)
        var register = Register()
        for line in log { register.follow(line) }
        #expect(register.faults == [])
        try compareOutgoing(with: log)
        #expect(desk.stop() == .exited(0))
        try desk.compareRebuilt()
    }

    private func awaitOutgoing() throws {
        guard let line = watcher.line else { return }
        let fence = try line.ask("ping end", others: hear)
        try #require(fence.hasPrefix("OK pong end"))
        func waiting() -> Int {
            var count = 0
            for said in watcher.heard {
                switch Said(said).words[2] {
                case "reply", "auto-sent": count += 1
                case "sent": count -= 1
                default: break
                }
            }
            return count
        }
        while waiting() > 0, let said = try line.nextLine() { hear(said) }
        #expect(waiting() == 0)
    }

    private func compareCommands(with log: [String]) {
        let events = Dictionary(log.map { (Said($0).number, $0) }, uniquingKeysWith: { first, _ in first })
        let verbs = ["claimed": "claim", "said": "say", "noted": "note", "queued": "reply", "released": "release"]
        for (number, (command, final)) in acknowledged {
            guard let event = events[number] else {
                Issue.record("acknowledged, but not in the log: \(final)")
                continue
            }
            let (said, happened) = (Said(final), Said(event))
            let kind = verbs[String(said.words[1])] ?? "close"
            #expect(happened.words[2] == kind && happened.words[3] == said.words[2], "\(final), but \(event)")
            #expect(happened["by"] == command.agent, "\(final), but \(event)")
        }
        var times: [String: Int] = [:]
        for line in log { if let text = Said(line)["text"], text.hasPrefix("w-") { times[text, default: 0] += 1 } }
        for command in commands {
            let count = times[command.mark] ?? 0
            let isOwed = command.final.map { $0.hasPrefix("OK said ") || $0.hasPrefix("OK closed ") } == true
            #expect(count == 1 || (count == 0 && !isOwed), "\(command.line), \(command.final ?? "-"): \(count) times")
            if command.isKeyed { #expect(command.final != nil, "\(command.line) has no final") }
        }
    }

    private func compareMails(with log: [String]) {
        var times: [String: Int] = [:]
        for line in log {
            let event = Said(line)
            guard ["new", "follow-up"].contains(event.words[2]), let subject = event["subject"] else { continue }
            times[subject, default: 0] += 1
        }
        for mail in mails {
            #expect(times[mail.mail.subject] == 1, "\(mail.mail.subject) \(times[mail.mail.subject] ?? 0) times")
        }
        #expect(times.count == mails.count)
    }

    private func compareOutgoing(with log: [String]) throws {
        try look(at: desk.outgoing)
        let sent = log.filter { ["reply", "auto-sent"].contains(Said($0).words[2]) }
        #expect(outgoing.count == sent.count)
        let numbers = outgoing.values.compactMap { bytes in
            String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").first {
                $0.lowercased().hasPrefix("message-id:")
            }
        }
        #expect(numbers.count == outgoing.count && Set(numbers).count == numbers.count)
    }
}
