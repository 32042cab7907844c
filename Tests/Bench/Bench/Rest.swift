import DeskNet
import Glibc

/// Memory of subscribers who say nothing and hear nothing.
enum Idle {
    private static let count = 10_000

    static func run() throws {
        let desk = try BenchDesk(agents: 1, open: 0)
        let ours = try measure(try desk.serve(), desk, isFloor: false)
        let bare = try measure(try desk.floor(), desk, isFloor: true)
        row("memory per idle subscriber of \(count)", ours, "KB")
        row("memory per idle subscriber of \(count), bare", bare, "KB")
        row("memory per idle subscriber of \(count), over bare", ours - bare, "KB")
    }

    private static func measure(_ server: Subject, _ desk: BenchDesk, isFloor: Bool) throws -> Double {
        defer { server.end() }
        let swarm = try Swarm(port: server.port, tls: desk.trust())
        defer { swarm.close() }
        // The first thousand pays for what all share.
        try join(swarm, 1000, isFloor)
        let before = server.memory
        try join(swarm, count, isFloor)
        return (server.memory - before) / Double(count - 1000)
    }

    private static func join(_ swarm: Swarm, _ count: Int, _ isFloor: Bool) throws {
        let first = swarm.clients.count
        try swarm.grow(to: count, greetings: isFloor ? 0 : 1)
        for words in isFloor ? ["sub"] : ["login a0 bench", "subscribe inbox"] {
            for client in swarm.clients[first...] {
                try client.say(words)
                try swarm.hear(lines: 1)
            }
        }
    }
}

/// What a stranger can make the server do without saying a word.
enum Handshakes {
    private static let count = 2000

    static func run() throws {
        let desk = try BenchDesk(agents: 0, open: 0)
        try measure("handshakes", try desk.serve(), desk, greetings: 1)
        try measure("handshakes, bare", try desk.floor(), desk, greetings: 0)
    }

    private static func measure(_ name: String, _ server: Subject, _ desk: BenchDesk, greetings: Int) throws {
        defer { server.end() }
        let tls = try desk.trust()
        let before = server.cpu
        let began = Clock.monotonic()
        for _ in 0..<(count / 50) {
            let swarm = try Swarm(port: server.port, tls: tls)
            try swarm.grow(to: 50, greetings: greetings)
            swarm.close()
        }
        row(name, Double(count) / (Double(Clock.monotonic() - began) / 1e9), "per second", digits: 0)
        row(name, (server.cpu - before) / Double(count), "µs CPU each", digits: 0)
    }
}

/// Mails taken in over LMTP, automatic reply queued, pushed to one subscriber.
enum MailIntake {
    private static let count = 1000

    static func run() throws {
        let desk = try BenchDesk(agents: 1, open: 0)
        let server = try desk.serve([
            "--replies-per-domain-hour", "1000000", "--replies-breaker", "1000000",
            "--replies-per-subject-hour", "1000000",
        ])
        defer { server.end() }
        let swarm = try Swarm(port: server.port, tls: desk.trust())
        try swarm.grow(to: 1)
        try swarm.all { _ in "login a0 bench" }
        try swarm.all { _ in "subscribe inbox" }
        let door = try Door(path: desk.state + "/lmtp.sock")
        try door.deliver(0)
        let before = server.cpu + server.children.map(Subject.cpu).reduce(0, +)
        let began = Clock.monotonic()
        for number in 1...count { try door.deliver(number) }
        let seconds = Double(Clock.monotonic() - began) / 1e9
        try Claims.settle(server)
        let after = server.cpu + server.children.map(Subject.cpu).reduce(0, +)
        row("mail taken in", Double(count) / seconds, "mails/s", digits: 0)
        row("mail taken in, desk and workers", (after - before) / Double(count), "µs CPU per mail", digits: 0)
        swarm.close()
    }

    /// A mail server's end of LMTP.
    private final class Door {
        private let connection: Connection
        private var heard: [UInt8] = []
        private var buffer = [UInt8](repeating: 0, count: 4096)

        init(path: String) throws {
            connection = try Connection.connect(unixPath: path)
            try expect("220")
            try say("LHLO bench.example")
            try expect("250")
        }

        func deliver(_ number: Int) throws {
            let sender = "customer\(number)@example\(number % 100).org"
            for line in ["MAIL FROM:<\(sender)>", "RCPT TO:<hotline@desk.example>"] {
                try say(line)
                try expect("250")
            }
            try say("DATA")
            try expect("354")
            try say(
                """
                From: Kunde \(number) <\(sender)>\r
                To: hotline@desk.example\r
                Subject: Videorekorder \(number)\r
                Message-ID: <\(number)@example.org>\r
                Content-Type: text/plain; charset=iso-8859-1\r
                \r
                Guten Tag,\r
                seit gestern nimmt der VR-300 keine Sendung mehr auf. Nummer \(number).\r
                .
                """)
            try expect("250")
        }

        private func say(_ text: String) throws {
            let bytes = Array((text + "\r\n").utf8)
            guard case .moved(bytes.count) = connection.send(bytes.span) else { throw Stopped("the door is shut") }
        }

        private func expect(_ code: String) throws {
            while true {
                guard let end = heard.firstIndex(of: UInt8(ascii: "\n")) else {
                    try receive()
                    continue
                }
                let line = String(decoding: heard[..<end], as: UTF8.self)
                heard.removeSubrange(...end)
                guard line.hasPrefix(code) else { throw Stopped("LMTP: \(line)") }
                if line.dropFirst(code.count).first != "-" { return }
            }
        }

        private func receive() throws {
            switch connection.receive(into: &buffer) {
            case .bytes(let count): heard += buffer[..<count]
            case .wait: guard connection.wait(for: .read, milliseconds: 60_000) else { throw Stopped("LMTP: silence") }
            case .ended, .failed: throw Stopped("LMTP: closed")
            }
        }
    }
}

/// From the start of the program to the first greeting.
enum StartUp {
    static func run() throws {
        let desk = try BenchDesk(agents: 1, open: 100_000, closed: 1_000_000)
        for _ in 0..<3 {
            let began = Clock.monotonic()
            let server = try desk.serve()
            row(
                "start with 100,000 open and 1,000,000 closed tickets", Double(Clock.monotonic() - began) / 1e6, "ms",
                digits: 0)
            row("start with 100,000 open and 1,000,000 closed tickets", server.memory / 1024, "MB", digits: 0)
            server.end()
        }
    }
}
