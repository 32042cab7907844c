import DeskMail
import DeskNet
import DeskTestSupport
import Testing

@testable import DeskServer

/// A normal message gets in whatever hostile ones are before it.
@Suite(.serialized) struct HostileIntakeTests {
    @Test func `behind ten hostile messages a normal one is in within seconds`() throws {
        let hall = try Hall()
        try hall.serve("--mail-most", "48M")
        let hostile = try (0..<10).map { number in
            let sample = number < 5 ? HostileMail.nested : HostileMail.all[number - 4]
            let path = "\(hall.yard.path)/hostile\(number)"
            try Files.write(sample.make(), to: path)
            return try ChildProcess(
                path: "/bin/sh",
                arguments: [
                    "-c", "exec \"$@\" <\(path)", "sh", Programs.path("zurufd"), "deliver", "--state", hall.state,
                    "--from", "a@b.example", "h@desk.example",
                ], input: .null, output: .null, errors: .null)
        }
        let began = Clock.monotonic()
        let said = try hall.zurufd(
            "deliver", "--state", hall.state, "--from", "kunde@example.com", "h@desk.example",
            input: "From: kunde@example.com\nSubject: Ton fehlt\n\nKein Ton.\n")
        let seconds = Double(Clock.monotonic() - began) / 1e9
        print("hostile: a normal message behind ten hostile ones took \(Int(seconds * 1000)) ms")
        #expect(said.end == .exited(0), "\(said.output)")
        #expect(seconds < 2)
        for process in hostile { #expect(process.wait() == .exited(0)) }
        #expect(hall.stop() == .exited(0))
    }

    /// What comes of messages given to readers, in the order in which it comes.
    private func outcomes(_ messages: [(String, [UInt8])], worker: String, in yard: Yard) throws -> [String] {
        let readers = ReadingWorkers(
            path: worker, loop: yard.loop, log: .silent,
            quickly: MailWorker.TimeLimit(milliseconds: 20_000, ofProcessor: 300),
            slowly: MailWorker.TimeLimit(milliseconds: 20_000))
        defer { readers.stop() }
        var outcomes: [String] = []
        for (name, raw) in messages {
            readers.read(raw) { outcome in
                if case .read = outcome { outcomes.append(name) } else { outcomes.append("\(name): \(outcome)") }
            }
        }
        try yard.turn { outcomes.count == messages.count }
        return outcomes
    }

    private static let normal = ("normal", Array("From: a@b.example\n\nja".utf8))

    @Test func `a large message does not keep a small one`() throws {
        let large = ("large", Array("From: a@b.example\n\n".utf8) + Array(repeating: 0x0A, count: 8 << 20))
        #expect(
            try outcomes([large, Self.normal], worker: Programs.path("zuruf-mail"), in: Yard()) == ["normal", "large"])
    }

    @Test func `a small message that is late goes on in the other worker`() throws {
        let yard = try Yard()
        // The first worker to start is busy until it is ended.
        let busy = try yard.program(
            "busy",
            "[ -e \(yard.path)/busy ] || { : >\(yard.path)/busy; while :; do :; done; }; "
                + "exec \(Programs.path("zuruf-mail")) $1")
        #expect(
            try outcomes([("late", Self.normal.1), Self.normal], worker: busy, in: yard).sorted() == ["late", "normal"])
    }
}
