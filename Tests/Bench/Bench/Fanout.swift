import DeskNet

/// Durable events to TLS subscribers: singly, in bursts, and paced.
enum Fanout {
    /// How the publisher says a burst of events.
    enum Burst {
        /// All lines in one TLS record.
        case oneRecord
        /// Each line in a record of its own, as a client that writes line by line does.
        case recordPerLine
    }

    static func run() throws {
        let desk = try BenchDesk(agents: 2, open: 1)
        for (subscribers, rounds) in [(1, 3000), (100, 1000), (1000, 200), (5000, 60)] {
            try single(desk, subscribers, rounds)
        }
        for (subscribers, rounds) in [(1000, 20), (5000, 6)] {
            try burst(desk, subscribers, rounds)
            try paced(desk, subscribers)
        }
    }

    private static func single(_ desk: BenchDesk, _ subscribers: Int, _ rounds: Int) throws {
        let name = subscribers == 1 ? "one event to one" : "one event to \(subscribers)"
        let ours = try onDesk(desk, subscribers, 1, rounds, .oneRecord)
        let bare = try onFloor(desk, subscribers, 1, rounds)
        row(name, ours, "µs CPU per delivery")
        row(name + ", bare", bare, "µs CPU per delivery")
        row(name + ", over bare", ours / bare, "ratio")
    }

    private static func burst(_ desk: BenchDesk, _ subscribers: Int, _ rounds: Int) throws {
        let name = "bursts of 64 to \(subscribers)"
        let whole = try onDesk(desk, subscribers, 64, rounds, .oneRecord)
        let byLine = try onDesk(desk, subscribers, 64, rounds, .recordPerLine)
        let bare = try onFloor(desk, subscribers, 64, rounds)
        row(name, whole, "µs CPU per delivery", digits: 3)
        row(name + ", a record per line", byLine, "µs CPU per delivery", digits: 3)
        row(name + ", bare", bare, "µs CPU per delivery", digits: 3)
    }

    private static func onDesk(
        _ desk: BenchDesk, _ subscribers: Int, _ burst: Int, _ rounds: Int, _ records: Burst
    ) throws -> Double {
        let server = try desk.serve()
        defer { server.end() }
        let (audience, speaker) = try gather(server, desk, subscribers, false)
        return try measure(server, audience, speaker, burst, rounds, answers: burst) {
            try speak(speaker, burst, records)
        }
    }

    private static func onFloor(_ desk: BenchDesk, _ subscribers: Int, _ burst: Int, _ rounds: Int) throws -> Double {
        let floor = try desk.floor()
        defer { floor.end() }
        let (audience, speaker) = try gather(floor, desk, subscribers, true)
        return try measure(floor, audience, speaker, burst, rounds, answers: 1) {
            try speaker.clients[0].say("pub \(burst)")
        }
    }

    /// CPU of the server in microseconds for each delivered event; `answers` lines come back to the publisher.
    private static func measure(
        _ server: Subject, _ audience: Swarm, _ speaker: Swarm, _ burst: Int, _ rounds: Int, answers: Int,
        publish: () throws -> Void
    ) throws -> Double {
        defer {
            audience.close()
            speaker.close()
        }
        let subscribers = audience.clients.count
        let before = server.cpu
        for _ in 0..<rounds {
            try publish()
            try audience.hear(lines: burst * subscribers)
            try speaker.hear(lines: answers)
        }
        return (server.cpu - before) / Double(rounds * burst * subscribers)
    }

    private static func speak(_ speaker: Swarm, _ burst: Int, _ records: Burst) throws {
        let lines = (0..<burst).map { "say inbox wort \($0) \(String(repeating: "x", count: 60))" }
        switch records {
        case .oneRecord: try speaker.clients[0].say(lines.joined(separator: "\n"))
        case .recordPerLine: for line in lines { try speaker.clients[0].say(line) }
        }
    }

    private static func gather(
        _ server: Subject, _ desk: BenchDesk, _ subscribers: Int, _ isFloor: Bool
    ) throws -> (audience: Swarm, speaker: Swarm) {
        let audience = try Swarm(port: server.port, tls: desk.trust())
        try audience.grow(to: subscribers, greetings: isFloor ? 0 : 1)
        let speaker = try Swarm(port: server.port, tls: desk.trust())
        try speaker.grow(to: 1, greetings: isFloor ? 0 : 1)
        if isFloor {
            try audience.all { _ in "sub" }
        } else {
            try speaker.all { _ in "login a1 bench" }
            try audience.all { _ in "login a0 bench" }
            try audience.all { _ in "subscribe inbox" }
        }
        return (audience, speaker)
    }

    /// Twenty events a second; from the moment an event is said to the moment the last subscriber has it.
    private static func paced(_ desk: BenchDesk, _ subscribers: Int) throws {
        let server = try desk.serve()
        defer { server.end() }
        let (audience, speaker) = try gather(server, desk, subscribers, false)
        var delays: [Double] = []
        var next = Clock.monotonic()
        var pause = try Poller()
        for _ in 0..<100 {
            next += 50_000_000
            while Clock.monotonic() < next { _ = try pause.wait(milliseconds: 1) }
            let began = Clock.monotonic()
            try speak(speaker, 1, .oneRecord)
            var left = subscribers
            try audience.hear { _, _ in
                left -= 1
                return left > 0
            }
            delays.append(Double(Clock.monotonic() - began) / 1e6)
            try speaker.hear(lines: 1)
        }
        delays.sort()
        let name = "20 events a second to \(subscribers), command to last delivery"
        row(name + ", p50", delays[delays.count / 2], "ms")
        row(name + ", p99", delays[delays.count * 99 / 100], "ms")
        audience.close()
        speaker.close()
    }
}
