import Testing

/// SIGKILL, again and again.
@Suite struct CrashTests {
    @Test(.timeLimit(.minutes(15))) func `killed at any moment, the desk loses nothing and doubles nothing`() throws {
        let loop = try CrashLoop(seed: 11)
        for _ in 0..<Length.of(10, long: 200) { try loop.goRound() }
        try loop.finish()
        print("crash loop: \(loop.figures)")
        #expect(loop.deaths["in journal.db"] ?? 0 > 0 && loop.deaths["at a moment"] ?? 0 > 0, "\(loop.deaths)")
        #expect(loop.acknowledged.count > 20 && loop.mailCount > 10)
    }
}
