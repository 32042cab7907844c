import DeskNet
import Glibc

/// Many clients in one thread: what they hear is told by line.
final class Swarm {
    /// One of them.
    final class Client {
        let connection: Connection
        let number: Int
        /// The beginning of a line whose end has not come.
        var begun: [UInt8] = []

        init(_ connection: Connection, _ number: Int) {
            self.connection = connection
            self.number = number
        }

        func say(_ line: String) throws {
            let bytes = Array((line + "\n").utf8)
            guard case .moved(bytes.count) = connection.send(bytes.span) else { throw Stopped("a client cannot speak") }
        }
    }

    private(set) var clients: [Client] = []
    private var poller: Poller
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private let port: UInt16
    private let tls: TLSContext

    init(port: UInt16, tls: TLSContext) throws {
        self.port = port
        self.tls = tls
        poller = try Poller()
    }

    /// Connects until there are `count`, each greeted by `greetings` lines.
    func grow(to count: Int, greetings: Int = 1) throws {
        let first = clients.count
        while clients.count < count {
            let connection = try Connection.connect(host: "127.0.0.1", port: port, over: tls)
            try connection.completeHandshake(host: "127.0.0.1")
            try poller.add(connection.descriptor, token: UInt64(clients.count), for: .read)
            clients.append(Client(connection, clients.count))
            // Speaks as it goes, so that the server's accept queue never fills.
            let isWhole = (clients.count - first) % 64 == 0
            if greetings > 0, isWhole { try hear(lines: 64 * greetings) }
        }
        let rest = (count - first) % 64
        if greetings > 0, rest > 0 { try hear(lines: rest * greetings) }
    }

    /// Lets each of them say something and hear one answer that begins with `OK`.
    func all(say text: (Int) -> String) throws {
        var start = 0
        while start < clients.count {
            let end = min(clients.count, start + 64)
            for client in clients[start..<end] { try client.say(text(client.number)) }
            try hear(lines: end - start)
            start = end
        }
    }

    /// Waits for so many lines over all.
    func hear(lines count: Int) throws {
        var left = count
        try hear { _, _ in
            left -= 1
            return left > 0
        }
    }

    /// Tells every line that comes until `each` wants no more; the line is there without its end.
    func hear(_ each: (Client, ArraySlice<UInt8>) throws -> Bool) throws {
        while true {
            let count = try poller.wait(milliseconds: 60_000)
            guard count > 0 else { throw Stopped("nothing is heard for a minute") }
            var wantsMore = true
            for index in 0..<count {
                let client = clients[Int(poller[index].token)]
                repeat {
                    guard case .bytes(let got) = client.connection.receive(into: &buffer) else { break }
                    if try !cut(client, got, each) { wantsMore = false }
                } while client.connection.hasPending
            }
            if !wantsMore { return }
        }
    }

    private func cut(
        _ client: Client, _ count: Int, _ each: (Client, ArraySlice<UInt8>) throws -> Bool
    ) throws -> Bool {
        var start = 0
        var wantsMore = true
        while let end = buffer[start..<count].firstIndex(of: UInt8(ascii: "\n")) {
            if client.begun.isEmpty {
                if try !each(client, buffer[start..<end]) { wantsMore = false }
            } else {
                client.begun += buffer[start..<end]
                if try !each(client, client.begun[...]) { wantsMore = false }
                client.begun = []
            }
            start = end + 1
        }
        if start < count { client.begun += buffer[start..<count] }
        return wantsMore
    }

    func close() {
        for client in clients { client.connection.close() }
        clients = []
    }
}
