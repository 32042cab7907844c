import DeskModel
import DeskNet
import DeskStore
import Testing

@testable import DeskServer

/// A folder that goes with the test, and a loop to go round in.
final class Yard {
    let path: String
    let loop: Loop

    init() throws {
        Signals.ignoreBrokenPipes()
        path = try Files.makeTemporaryDirectory(prefix: "/tmp/zuruf-doors-")
        loop = try Loop()
    }

    deinit {
        loop.close()
        do { try Files.removeDirectory(path) } catch { Issue.record("\(error)") }
    }

    var files: StateFiles { StateFiles(directory: path) }

    /// Goes round until `isOver`; a minute is too long.
    func turn(until isOver: () -> Bool) throws {
        let latest = Clock.monotonic() + 60_000_000_000
        while !isOver() {
            try #require(Clock.monotonic() < latest, "what the test waits for does not come")
            try loop.wait(milliseconds: 20)
        }
    }

    /// Writes a program in the language of the shell.
    func program(_ name: String, _ lines: String) throws -> String {
        let path = "\(path)/\(name)"
        try Files.write(Array("#!/bin/sh\n\(lines)\n".utf8), to: path, mode: 0o755)
        return path
    }
}

/// A desk that does what a test says: keeps what is submitted, and answers when it is told to.
final class PlayedDesk: CourierDesk {
    var commands: [Command] = []
    var outgoing: [Outgoing] = []
    var isReadOnly = false
    var now = Moment(milliseconds: 1_800_000_000_000)
    /// What every submission is answered at once; `nil`: it waits in `open`.
    var answer: ((Command) -> Answer)?
    private(set) var open: [Submission] = []

    func submit(_ submission: Submission) {
        commands.append(submission.command)
        guard let answer = answer?(submission.command) else { return open.append(submission) }
        if case .done = answer { take(submission.command) }
        submission.then(answer)
    }

    private func take(_ command: Command) {
        switch command {
        case .sent(let entry, let to), .failed(let entry, let to, _):
            for index in outgoing.indices where outgoing[index].entry == entry {
                outgoing[index].pending.removeAll { to.contains($0) }
            }
            outgoing.removeAll { $0.pending.isEmpty }
        default: break
        }
    }

    func nextOutgoing(after sequence: SequenceNumber) -> Outgoing? {
        outgoing.first { $0.sequence > sequence }
    }

    func sender(of outgoing: Outgoing) -> Address {
        outgoing.letter.from ?? Address("hilfe@desk.example")
    }

    let unstamped: SequenceNumber = 0

    func hurryProjection() {}

    func noteDamage(of sequence: SequenceNumber) {}
}

extension Log {
    /// Writes nowhere.
    static let silent = Log(isJournal: false) { _ in }
}
