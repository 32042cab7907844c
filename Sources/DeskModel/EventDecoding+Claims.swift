// What version 2 has added about claims.
extension EventDecoder {
    /// Version 1 knows one agent at most.
    mutating func served() throws(Corruption) -> [AgentName] {
        if version < 2 { return try agentIfAny().map { [$0] } ?? [] }
        return try list { decoder throws(Corruption) in try decoder.agent() }
    }

    /// Version 1 knows no lease that ends later than its length says.
    mutating func leaseLength() throws(Corruption) -> TimeSpan? {
        guard version >= 2 else { return nil }
        return try optional { decoder throws(Corruption) in TimeSpan(milliseconds: try decoder.reader.number()) }
    }
}
