import DeskNet
import DeskStore

/// Durable claims over TLS: each client claims one free ticket after the other, each of another customer.
enum Claims {
    static func run() throws {
        for (connections, count) in [(1, 3000), (64, 40_000), (1000, 60_000)] {
            let desk = try BenchDesk(agents: 16, open: count)
            try measure(desk, connections, count)
            try measureFloor(desk, connections, count)
        }
    }

    private static func measure(_ desk: BenchDesk, _ connections: Int, _ count: Int) throws {
        let server = try desk.serve()
        defer { server.end() }
        let swarm = try Swarm(port: server.port, tls: desk.trust())
        try swarm.grow(to: connections)
        try swarm.all { "login a\($0 % 16) bench" }
        let journal = try JournalReader(path: StateFiles(directory: desk.state).journal)
        let head = try journal.head()
        let before = server.cpu
        let began = Clock.monotonic()
        var next = 0
        var done = 0
        for client in swarm.clients {
            next += 1
            try client.say("claim \(next)")
        }
        try swarm.hear { client, line in
            guard line.starts(with: "OK claimed".utf8) else {
                throw Stopped("not claimed: \(String(decoding: line, as: UTF8.self))")
            }
            done += 1
            if next < count {
                next += 1
                try client.say("claim \(next)")
            }
            return done < count
        }
        let seconds = Double(Clock.monotonic() - began) / 1e9
        // The projector's share comes after the last answer.
        try settle(server)
        let name = "claims, \(connections) connections"
        row(name, Double(count) / seconds, "claims/s", digits: 0)
        row(name, (server.cpu - before) / Double(count), "µs CPU per claim")
        // Each turn was one sync.
        let turns = try journal.turns(after: head, upTo: .max, limit: .max).count
        row(name, Double(turns) / Double(count), "syncs per claim", digits: 4)
        swarm.close()
    }

    private static func measureFloor(_ desk: BenchDesk, _ connections: Int, _ count: Int) throws {
        let server = try desk.floor()
        defer { server.end() }
        let swarm = try Swarm(port: server.port, tls: desk.trust())
        try swarm.grow(to: connections, greetings: 0)
        try swarm.all { _ in "hello" }
        let before = server.cpu
        let began = Clock.monotonic()
        var asked = connections
        var done = 0
        for client in swarm.clients { try client.say("claim") }
        try swarm.hear { client, _ in
            done += 1
            if asked < count {
                asked += 1
                try client.say("claim")
            }
            return done < count
        }
        let seconds = Double(Clock.monotonic() - began) / 1e9
        let name = "claims, \(connections) connections, bare"
        row(name, Double(count) / seconds, "claims/s", digits: 0)
        row(name, (server.cpu - before) / Double(count), "µs CPU per claim")
        swarm.close()
    }

    /// Waits until the server uses no CPU any more.
    static func settle(_ server: Subject) throws {
        var last = -1.0
        while server.cpu - last > 500 {
            last = server.cpu
            var poller = try Poller()
            _ = try poller.wait(milliseconds: 400)
        }
    }
}
