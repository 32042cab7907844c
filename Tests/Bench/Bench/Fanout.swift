import DeskNet

/// One event to many TLS subscribers: singly, in bursts, and paced.
enum Fanout {
    static func run() throws {
        let desk = try BenchDesk(agents: 2, open: 1)
        for subscribers in [1000, 5000] {
            let (single, singleFloor) = try pair(desk, subscribers, burst: 1, rounds: subscribers == 1000 ? 200 : 60)
            let (burst, burstFloor) = try pair(desk, subscribers, burst: 64, rounds: subscribers == 1000 ? 20 : 6)
            row("one event to \(subscribers)", single, "µs CPU per delivery")
            row("one event to \(subscribers), bare", singleFloor, "µs CPU per delivery")
            row("one event to \(subscribers), over bare", single / singleFloor, "ratio")
            row("bursts of 64 to \(subscribers)", burst, "µs CPU per delivery", digits: 3)
            row("bursts of 64 to \(subscribers), bare", burstFloor, "µs CPU per delivery", digits: 3)
            try paced(desk, subscribers)
        }
    }

    private static func pair(
        _ desk: BenchDesk, _ subscribers: Int, burst: Int, rounds: Int
    ) throws -> (Double, Double) {
        let server = try desk.serve()
        let ours = try measure(server, desk, subscribers, burst, rounds, isFloor: false)
        server.end()
        let floor = try desk.floor()
        let bare = try measure(floor, desk, subscribers, burst, rounds, isFloor: true)
        floor.end()
        return (ours, bare)
    }

    private static func measure(
        _ server: Subject, _ desk: BenchDesk, _ subscribers: Int, _ burst: Int, _ rounds: Int, isFloor: Bool
    ) throws -> Double {
        let (audience, speaker) = try gather(server, desk, subscribers, isFloor)
        defer {
            audience.close()
            speaker.close()
        }
        let before = server.cpu
        for _ in 0..<rounds {
            try speak(speaker, burst, isFloor)
            var left = burst * subscribers
            try audience.hear { _, _ in
                left -= 1
                return left > 0
            }
            try speaker.hear(lines: isFloor ? 1 : burst)
        }
        return (server.cpu - before) / Double(rounds * burst * subscribers)
    }

    private static func speak(_ speaker: Swarm, _ burst: Int, _ isFloor: Bool) throws {
        guard !isFloor else { return try speaker.clients[0].say("pub \(burst)") }
        // Blocks are one line each, so a burst is one write and, but for the limit per connection, one turn.
        let lines = (0..<burst).map { "say inbox wort \($0) \(String(repeating: "x", count: 60))" }
        try speaker.clients[0].say(lines.joined(separator: "\n"))
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
            try speak(speaker, 1, false)
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
