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

    /// Single events: what a durable event costs, and each of its deliveries.
    static func runEvents() throws {
        let desk = try BenchDesk(agents: 2, open: 1)
        for (subscribers, rounds) in [(1, 3000), (100, 1000), (1000, 200), (5000, 40)] {
            let name = subscribers == 1 ? "one event to one" : "one event to \(subscribers)"
            let figures = try compare(desk, subscribers, 1, rounds, [.oneRecord])
            row(name, figures.desk[0], "µs CPU per delivery")
            row(name + ", bare", figures.bare, "µs CPU per delivery")
            row(name + ", over bare", figures.desk[0] / figures.bare, "ratio")
        }
    }

    static func runBursts() throws {
        let desk = try BenchDesk(agents: 2, open: 1)
        for (subscribers, rounds) in [(1000, 24), (5000, 8)] {
            let name = "bursts of 64 to \(subscribers)"
            let figures = try compare(desk, subscribers, 64, rounds, [.oneRecord, .recordPerLine])
            row(name, figures.desk[0], "µs CPU per delivery", digits: 3)
            row(name + ", a record per line", figures.desk[1], "µs CPU per delivery", digits: 3)
            row(name + ", bare", figures.bare, "µs CPU per delivery", digits: 3)
        }
    }

    static func runPaced() throws {
        let desk = try BenchDesk(agents: 2, open: 1)
        for subscribers in [1000, 5000] { try paced(desk, subscribers) }
    }

    /// CPU per delivery of the desk, for each way to say a burst, and of the floor: both run at once and take turns, so
    /// that what else the machine does meets both.
    private static func compare(
        _ desk: BenchDesk, _ subscribers: Int, _ burst: Int, _ rounds: Int, _ ways: [Burst]
    ) throws -> (desk: [Double], bare: Double) {
        let server = try desk.serve()
        let floor = try desk.floor()
        defer {
            server.end()
            floor.end()
        }
        let onDesk = try gather(server, desk, subscribers, false)
        let onFloor = try gather(floor, desk, subscribers, true)
        var sums = [Double](repeating: 0, count: ways.count)
        var bare = 0.0
        let turns = 8
        for _ in 0..<turns {
            for (index, way) in ways.enumerated() {
                sums[index] += try measure(server, onDesk, burst, rounds / turns, answers: burst) {
                    try speak(onDesk.speaker, burst, way)
                }
            }
            bare += try measure(floor, onFloor, burst, rounds / turns, answers: 1) {
                try onFloor.speaker.clients[0].say("pub \(burst)")
            }
        }
        for swarm in [onDesk.audience, onDesk.speaker, onFloor.audience, onFloor.speaker] { swarm.close() }
        return (sums.map { $0 / Double(turns) }, bare / Double(turns))
    }

    /// CPU of the server in microseconds for each delivered event; `answers` lines come back to the publisher.
    private static func measure(
        _ server: Subject, _ clients: (audience: Swarm, speaker: Swarm), _ burst: Int, _ rounds: Int, answers: Int,
        publish: () throws -> Void
    ) throws -> Double {
        let subscribers = clients.audience.clients.count
        let before = server.cpu
        for _ in 0..<rounds {
            try publish()
            try clients.audience.hear(lines: burst * subscribers)
            try clients.speaker.hear(lines: answers)
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
