internal import DeskEngine
internal import DeskModel
internal import DeskNet
internal import DeskStore
internal import DeskWire

/// Who is on the line, and what happens in what order: the one owner of the state.
///
/// One `turn` decides what was asked, makes it durable in one transaction, and only then speaks:
///
///     lines, mails, clock ─▶ decide ─▶ commit ─▶ finals, events, notices
///                              │          └─ rolled back: everybody of the turn hears ERR storage
///                              └─ refused: ERR, nothing changed (but a kept draft)
///
/// So OK means durable, nobody hears an event that a crash could take back, and ERR means that nothing changed. Plain
/// synchronous code on one thread; slow things run elsewhere and come back as values.
final class Switchboard {
    /// What the desk is; `State` in it comes from events alone.
    var engine: Engine
    /// The log and what follows it.
    let archive: Archive
    /// The newest events in memory.
    var ring: Ring
    /// What time it is.
    let clock: DeskClock
    /// The settings that lines come across.
    let settings: Settings
    /// Checks passwords on a thread of its own.
    let passwordChecker: PasswordChecker
    /// Who has to wait before the next try.
    var loginThrottle = LoginThrottle()
    /// Where agents have logged in.
    var knownOrigins = KnownOrigins()
    /// Is told when an agent has logged in from a new origin.
    var knownOriginsChanged: () -> Void = {}
    /// Reads the disk on a thread of its own.
    let readingRoom: ReadingRoom

    /// What the operator is told.
    let log: Log

    /// Every conversation.
    var sessions: [Int: Session] = [:]
    /// Those that follow events.
    var followers = Followers()
    /// Those of them who see the same.
    var audiences = Audiences()
    /// Those with lines to be handled, in the order of their turn.
    var listed: [Session] = []
    /// Those whose next line is a question, which waits until the turn is durable.
    var questioners: [Session] = []
    /// Those with something to say.
    var unsaid: [Session] = []
    /// Those of which the socket's owner must look whether they still want to hear, or have ended.
    var settled: [Session] = []
    /// `claim next … wait=`, first come first served.
    var waits = Waits()
    /// Who is connected, and what he looks at.
    var presence = Presence()
    /// Commands of the doors, oldest first.
    var submissions: [Submission] = []
    /// Those who had not logged in when they were looked at last, oldest first; by number, so that a connection that
    /// has ended is not kept for it.
    var strangers: [Int] = []
    /// When ticks, late logins and the probe are looked at again, in nanoseconds of the monotonic clock.
    var nextSecond: Int64 = 0
    /// The sandboxes of the mail worker's roles, for the desk's status.
    var sandboxes: [WorkerSandbox] = []
    /// Whether the last write failed: nothing is decided until a probe works.
    var isReadOnly = false
    /// Whether memory could not be read anew after that.
    var isMemoryStale = false
    /// Whether the desk is going down.
    var isStopping = false
    /// Is told after each commit what happened, for the courier and the doors.
    var afterCommit: ([Event]) -> Void = { _ in }

    /// What `status` shows beyond the desk itself: pairs of the server around it.
    var furtherStatus: () -> [(name: String, value: String)] = { [] }

    /// The record that `speak` fills, one for all sessions.
    var speech: [UInt8] = []
    /// Older events, read from disk for followers who lag.
    var rereads = Rereads()
    /// The newest event that every follower was offered.
    var newestOffered: SequenceNumber
    private var lastSession = 0

    /// A desk that has been read from disk and is about to open.
    init(
        engine: Engine, archive: Archive, clock: DeskClock, settings: Settings, passwordChecker: PasswordChecker,
        readingRoom: ReadingRoom, log: Log
    ) {
        self.engine = engine
        self.archive = archive
        self.clock = clock
        self.settings = settings
        self.passwordChecker = passwordChecker
        self.readingRoom = readingRoom
        self.log = log
        ring = Ring(capacity: 4096, after: archive.head)
        newestOffered = archive.head
    }

    /// The last event that is durable.
    var head: SequenceNumber {
        ring.head
    }

    /// Begins a conversation: the greeting is the first thing that it says, and the last if the desk is full.
    func open(_ line: any ByteSink, from peer: PeerAddress = .unknown, isFull: Bool = false) -> Session {
        lastSession += 1
        let session = Session(id: lastSession, line: line, from: peer, at: clock.now)
        sessions[session.id] = session
        strangers.append(session.id)
        if isFull {
            finish(session, nil, .refused(.busy(retry: 30)))
            end(session)
        } else {
            say(session) { _, out in Greeting.append(host: settings.host, epoch: archive.epoch, to: &out) }
        }
        return session
    }

    /// Ends a conversation of which the line is gone or the last word said.
    func close(_ session: Session) {
        guard sessions.removeValue(forKey: session.id) != nil else { return }
        session.isClosing = true
        followers.remove(session)
        _ = waits.take(of: session)
        if let agent = session.agent { left(agent) } else { passwordChecker.forget(session.id) }
    }

    /// Puts a session into the row of those with lines to be handled, unless it has to read first: `speak` does it
    /// then.
    func list(_ session: Session) {
        guard !session.isListed, session.mayBeAnswered else { return }
        session.isListed = true
        listed.append(session)
    }

    /// Puts a session into the row of those with something to say.
    func listUnsaid(_ session: Session) {
        guard !session.isUnsaid else { return }
        session.isUnsaid = true
        unsaid.append(session)
    }

    /// Queues a reply of a session behind every event that is durable now (or that `position` names); `marks` says what
    /// its agent has been shown once all of it is in his socket.
    func say(
        _ session: Session, tag: String? = nil, after position: SequenceNumber? = nil,
        marks: () -> Shown? = { nil }, _ write: (Reply, inout [UInt8]) -> Void
    ) {
        var out: [UInt8] = []
        write(Reply(tag: tag), &out)
        session.outlet.append(out, after: position ?? head, mark: marks())
        listUnsaid(session)
    }

    /// Queues a reply that is a final line alone.
    func finish(_ session: Session, _ tag: String?, _ final: Final) {
        say(session, tag: tag) { reply, out in reply.end(final, for: hintReader(final, session.agent), to: &out) }
    }

    /// Queues a notice.
    func tell(_ session: Session, _ notice: Notice) {
        say(session) { _, out in notice.append(to: &out) }
    }

    /// Whether a turn has anything to do.
    var isIdle: Bool {
        listed.isEmpty && submissions.isEmpty && unsaid.isEmpty && !mayGrant
    }

    /// One turn; see the head of this type. Up to the `deadline`, in nanoseconds of the monotonic clock, commands are
    /// decided: without one for 5 ms.
    ///
    /// Throws when nobody can know whether the last write is on disk: then the process ends without another line.
    func turn(deadline: Int64? = nil) throws(OutcomeUnknown) {
        var round = Round(at: clock.now, after: head, deadline: deadline)
        endOverdueWaits(at: round.at)
        decideChanges(in: &round)
        serveWaits(in: &round)
        if try commit(&round) { tell(round) } else { refuse(round) }
        answerQuestions()
        speak()
        engine.forget(applied: archive.applied)
    }
}

/// The last write ended in a way that leaves its outcome unknown: only a restart can tell.
struct OutcomeUnknown: Error {
    /// What the store said.
    let reason: StoreError
}

extension Switchboard: Submissions {
    func submit(_ submission: Submission) {
        submissions.append(submission)
    }
}
