import DeskNet
import Testing

@testable import DeskServer

/// Password checks, off the owner thread.
@Suite struct GateChecks {
    @Test func `nobody waits behind a stranger who has left`() throws {
        let gate = try Gate(iterations: 1000)
        defer { gate.close() }
        for session in 1...4 { gate.check("geheim", of: "meier", against: nil, for: session) }
        gate.forget(2)
        gate.forget(3)
        var poller = try Poller()
        try poller.add(gate.verdicts.descriptor, token: 1, for: .read)
        var sessions: [Int] = []
        while sessions.count < 2 {
            try #require(try poller.wait(milliseconds: 5000) == 1)
            for verdict in gate.takeVerdicts() {
                #expect(!verdict.isRight)
                sessions.append(verdict.session)
            }
        }
        #expect(sessions == [1, 4])
    }
}
