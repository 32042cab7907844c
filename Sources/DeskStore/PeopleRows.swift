import DeskModel

/// The rows of `agent` and `queue`, and of what agents are told and have written: few and rarely changed, so each
/// change reads and writes its row at once.
final class PeopleRows {
    private let selectAgent: Statement
    private let replaceAgent: Statement
    private let replaceQueue: Statement
    private let selectSays: Statement
    private let replaceSays: Statement
    private let selectWritten: Statement
    private let replaceWritten: Statement

    init(_ database: borrowing Database) throws(StoreError) {
        selectAgent = try database.prepare("SELECT record FROM agent WHERE name = ?")
        replaceAgent = try database.prepare("INSERT OR REPLACE INTO agent VALUES(?, ?)")
        replaceQueue = try database.prepare("INSERT OR REPLACE INTO queue VALUES(?, ?)")
        selectSays = try database.prepare("SELECT record FROM says WHERE agent = ?")
        replaceSays = try database.prepare("INSERT OR REPLACE INTO says VALUES(?, ?)")
        selectWritten = try database.prepare("SELECT day, bytes FROM written WHERE agent = ?")
        replaceWritten = try database.prepare("INSERT OR REPLACE INTO written VALUES(?, ?, ?)")
    }

    /// Changes an agent, who is new if he has no row.
    func change(_ name: AgentName, _ body: (inout Agent) -> Void) throws(StoreError) {
        selectAgent.bind(1, name.description)
        var agent =
            try selectAgent.first { row throws(StoreError) in try AgentRow.read(name, row.bytes(0)) }
            ?? Agent(name: name)
        body(&agent)
        replaceAgent.bind(1, name.description)
        replaceAgent.bind(2, agent.record)
        try replaceAgent.run()
    }

    /// Gives an agent a token or takes it back.
    func change(_ token: String, _ change: TokenChange) throws(StoreError) {
        switch change {
        case .added(let agent, let digest): try self.change(agent) { $0.tokens[token] = digest }
        case .revoked(let agent): try self.change(agent) { $0.tokens[token] = nil }
        }
    }

    /// Something was said to an agent, or has reached them.
    func say(_ event: Event, to name: AgentName) throws(StoreError) {
        selectSays.bind(1, name.description)
        var says = try selectSays.first { row throws(StoreError) in try AgentRow.says(name, row.bytes(0)) } ?? Says()
        says.apply(event)
        replaceSays.bind(1, name.description)
        replaceSays.bind(2, says.record)
        try replaceSays.run()
    }

    /// Counts what an agent has written.
    func count(_ event: Event, by name: AgentName) throws(StoreError) {
        selectWritten.bind(1, name.description)
        var written = try selectWritten.first { Written(day: $0.integer(0), bytes: Int($0.integer(1))) } ?? Written()
        written.add(event)
        replaceWritten.bind(1, name.description)
        replaceWritten.bind(2, written.day)
        replaceWritten.bind(3, Int64(written.bytes))
        try replaceWritten.run()
    }

    /// Takes over the settings of a queue.
    func set(_ queue: Queue) throws(StoreError) {
        replaceQueue.bind(1, queue.name.description)
        replaceQueue.bind(2, queue.record)
        try replaceQueue.run()
    }
}

/// A row of `agent` or `queue`.
enum AgentRow {
    /// The agent whose record that is.
    static func read(_ name: AgentName, _ record: [UInt8]) throws(StoreError) -> Agent {
        do throws(Corruption) {
            return try Agent(name: name, record: record)
        } catch {
            throw .corrupt("the row of agent \(name) cannot be read: \(error)")
        }
    }

    /// What was said to the agent whose record that is.
    static func says(_ name: AgentName, _ record: [UInt8]) throws(StoreError) -> Says {
        do throws(Corruption) {
            return try Says(record: record)
        } catch {
            throw .corrupt("what was said to agent \(name) cannot be read: \(error)")
        }
    }

    /// The queue whose record that is.
    static func read(_ name: QueueName, _ record: [UInt8]) throws(StoreError) -> Queue {
        do throws(Corruption) {
            return try Queue(name: name, record: record)
        } catch {
            throw .corrupt("the row of queue \(name) cannot be read: \(error)")
        }
    }
}
