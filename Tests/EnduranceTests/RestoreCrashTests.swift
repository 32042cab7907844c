import DeskModel
import DeskNet
import DeskTestSupport
import Testing

@testable import DeskStore

/// SIGKILL at every call that changes a file, while a journal that steps back is noticed and during backup and restore.
///
/// The usual form tries each call from one place in ten on, the long one all of them.
@Suite(.serialized) struct RestoreCrashTests {
    private let desk: TwoTimes

    init() throws {
        desk = try TwoTimes()
    }

    /// The journal is older than the other files; `desk.db` may be missing as well.
    @Test(.timeLimit(.minutes(30)), arguments: [[], ["desk.db"]])
    func `killed while a step back is noticed, the desk opens and gives nothing out twice`(missing: [String]) throws {
        let count = try tryEach("agent", "list") { place in
            try desk.putBack(journal: .old, missing: missing)
        } afterDeath: { place in
            try desk.expectOpens()
            try desk.expectNothingTwice()
            #expect(try desk.setAside() == 3, "messages of the lost time, killed at \(place)")
            if place % 5 == 0 { try desk.expectNewCustomersHearTheirOwn() }
        }
        #expect(count > 20, "\(count) calls")
        print("killed while a step back was noticed: \(count) calls")
    }

    /// `isReplacing`: an older desk is in the place.
    @Test(.timeLimit(.minutes(30)), arguments: [false, true])
    func `killed during a restore, the desk is as it was, or restore says to run it again`(isReplacing: Bool) throws {
        try desk.makeBackup()
        let words = ["restore", desk.backup] + (isReplacing ? [] : ["--lost", desk.lost])
        let count = try tryEach(words) { _ in
            try desk.clear()
            if isReplacing { try desk.putBack(journal: .old, others: .old) } else { try desk.putLostAside() }
        } afterDeath: { place in
            let opened = try desk.zurufd("agent", "list")
            let isExplained = ["run zurufd restore again", "there is no desk in"].contains(where: opened.said.contains)
            #expect(opened.end == .exited(0) || isExplained, "killed at \(place): \(opened)")
            if opened.said.contains("there is no desk") { #expect(try desk.isEmpty, "killed at \(place)") }
            let again = try desk.zurufd(words)
            #expect(again.end == .exited(0), "killed at \(place): \(again)")
            try desk.expectOpens()
            if isReplacing { try desk.expectVerified() } else { try desk.expectNothingTwice() }
            if place % 10 == 0 { try desk.expectNewCustomersHearTheirOwn() }
        }
        #expect(count > 20, "\(count) calls")
        print("killed during a restore: \(count) calls")
    }

    @Test(.timeLimit(.minutes(30))) func `killed during a backup, the folder is no backup and takes the next one`()
        throws
    {
        try desk.putBack(journal: .new)
        let count = try tryEach("backup", desk.backup) { _ in
            try? Files.removeDirectory(desk.backup)
        } afterDeath: { place in
            let isComplete = Files.exists(desk.backup + "/backup.txt")
            let restored = try desk.zurufd("restore", desk.backup, state: desk.elsewhere)
            #expect(restored.end == .exited(isComplete ? 0 : 1), "killed at \(place): \(restored)")
            if !isComplete {
                #expect(restored.said.contains("complete backup") || !Files.exists(desk.backup), "\(restored)")
                let again = try desk.zurufd("backup", desk.backup)
                #expect(again.end == .exited(0), "killed at \(place): \(again)")
                let last = try desk.zurufd("restore", desk.backup, state: desk.elsewhere)
                #expect(last.end == .exited(0), "killed at \(place): \(last)")
            }
            try desk.removeElsewhere()
            try desk.expectOpens()
        }
        #expect(count > 20, "\(count) calls")
        print("killed during a backup: \(count) calls")
    }

    /// Runs a command again and again, each time killed one call later, until it comes to its end; how many calls there
    /// are.
    private func tryEach(
        _ words: String..., prepare: (Int) throws -> Void, afterDeath: (Int) throws -> Void
    ) throws -> Int {
        try tryEach(words, prepare: prepare, afterDeath: afterDeath)
    }

    private func tryEach(
        _ words: [String], prepare: (Int) throws -> Void, afterDeath: (Int) throws -> Void
    ) throws -> Int {
        let step = Length.of(10, long: 1)
        var place = step == 1 ? 1 : 1 + Int.random(in: 0..<step)
        while true {
            try prepare(place)
            let said = try desk.zurufd(words, killedAt: place)
            if said.end == .exited(0) { return place - 1 }
            try #require(said.end == .killed(signal: 9), "\(words) at \(place): \(said)")
            try afterDeath(place)
            place += step
        }
    }
}
