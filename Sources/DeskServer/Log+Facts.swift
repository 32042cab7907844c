internal import DeskCrypto
internal import DeskModel
internal import DeskNet

extension Log {
    /// Everything that the server can say to its operator.
    enum Fact: Sendable {
        /// A door is open: for whom, and where.
        case listening(on: String, for: String)
        /// There are no descriptors left; the listeners rest for a moment.
        case descriptorsExhausted
        /// The disk does not take what is written: the desk is read-only until it does.
        case writingFailed(any CustomStringConvertible & Sendable)
        /// It does again.
        case writingWorks
        /// `desk.db` cannot be written; what it is for waits, and it is tried again.
        case projectionFailed(any CustomStringConvertible & Sendable)
        /// It can again.
        case projectionWorks
        /// A write has ended in a way that only a restart can clear up.
        case outcomeUnknown(any CustomStringConvertible & Sendable)
        /// `desk.db` is being brought to the journal's head.
        case rebuilding(reached: SequenceNumber, head: SequenceNumber)
        /// Bytes of mails that died on their way in were deleted.
        case swept(Int)
        /// What is wrong with the desk's files beyond that they cannot be written.
        case store(StoreFact)
        /// Certificate and key were read anew.
        case certificateRead
        /// They were not: the old ones go on.
        case certificateRefused(any CustomStringConvertible & Sendable)
        /// The server's certificate is expired, not valid yet, or about to expire.
        case certificateDue(Certificate.Validity, Certificate.Validity.State)
        /// The default addresses of IPv6 are left out.
        case withoutIPv6
        /// The desk is going down.
        case stopping
        /// It is down, everything is written.
        case stopped
        /// A door could not take a newcomer.
        case exhausted(door: String, why: String)
        /// A mail is in.
        case mailTaken(ticket: String, bytes: Int, milliseconds: Int64)
        /// A mail is in that belongs to no ticket.
        case mailDropped(bytes: Int)
        /// A mail was sent away until later.
        case mailDeferred(why: String)
        /// A mail worker cannot be started.
        case workerMissing(role: String, why: String)
        /// A mail worker had to be ended, or ended by itself.
        case workerFailed(role: String, why: String)
        /// A mail could not be read twice and is shown as it is.
        case mailUnreadable
        /// A mail of ours has been handed over.
        case sent(entry: EntryID, tries: Int)
        /// A mail of ours has not been handed over; it is tried again after so long.
        case sendDelayed(entry: EntryID, why: String, pause: TimeSpan)
        /// A mail of ours was given up.
        case sendFailed(entry: EntryID, why: String)
        /// A login failed: the name as it was typed. For fail2ban, so its form is fixed (docs/operations.md).
        case loginFailed(name: String, from: PeerAddress)
        /// Where agents have logged in could not be written down.
        case knownOriginsUnwritten(any CustomStringConvertible & Sendable)
        /// Somebody asked for something at the shell.
        case administered(what: String, uid: UInt32)
        /// Somebody may not use the shell's socket.
        case stranger(uid: UInt32)
        /// A process that this desk has started, or one that has ended since, connected to the shell's socket.
        case ownChildRefused(pid: Int32)
        /// The sandbox of a role of the mail worker on this machine.
        case sandbox(WorkerSandbox)
    }
}

extension Log.Fact {
    typealias Pairs = [(name: String, value: String)]

    /// Level, words and pairs.
    var spoken: (Log.Level, String, Pairs) {
        switch self {
        case .listening(let place, let whom): (.notice, "listening on \(place)", [("for", whom)])
        case .descriptorsExhausted: (.warning, "no descriptors left, newcomers have to wait", [])
        case .writingFailed(let error): (.error, "the desk cannot write, it is read-only", [("why", "\(error)")])
        case .writingWorks: (.notice, "the desk can write again", [])
        case .projectionFailed(let error):
            (.error, "desk.db cannot be written, history has to wait", [("why", "\(error)")])
        case .projectionWorks: (.notice, "desk.db can be written again", [])
        case .outcomeUnknown(let error):
            (.error, "nobody knows whether the last write is on disk, a restart will tell", [("why", "\(error)")])
        case .rebuilding(let reached, let head):
            (.notice, "desk.db: catching up", [("event", "\(reached)"), ("of", "\(head)")])
        case .swept(let count):
            (.notice, "mail: bytes of mails that were never taken in deleted", [("mails", "\(count)")])
        case .store(let fact): fact.spoken
        case .certificateRead: (.notice, "certificate read anew", [])
        case .certificateRefused(let error):
            (.error, "certificate not read, the old one goes on", [("why", "\(error)")])
        case .certificateDue(let validity, .notYetValid):
            (.error, "certificate is not valid yet", [("from", "\(validity.from)")])
        case .certificateDue(let validity, .expired):
            (.error, "certificate has expired", [("until", "\(validity.until)")])
        case .certificateDue(let validity, .expiring), .certificateDue(let validity, .valid):
            (.warning, "certificate expires soon", [("until", "\(validity.until)")])
        case .withoutIPv6: (.notice, "no IPv6 on this machine, listening on IPv4 alone", [])
        case .stopping: (.notice, "going down", [])
        case .stopped: (.notice, "down", [])
        case .exhausted(let door, let why): (.warning, "door: no room for a newcomer", [("door", door), ("why", why)])
        case .mailTaken(let ticket, let bytes, let time):
            (.routine, "mail: taken in", [("ticket", ticket), ("bytes", "\(bytes)"), ("ms", "\(time)")])
        case .mailDropped(let bytes): (.routine, "mail: here already", [("bytes", "\(bytes)")])
        case .mailDeferred(let why): (.warning, "mail: sent away until later", [("why", why)])
        case .mailUnreadable: (.warning, "mail: cannot be read, shown in postmaster", [])
        case .workerMissing(let role, let why):
            (.error, "worker: cannot be started", [("role", role), ("why", why)])
        case .workerFailed(let role, let why): (.warning, "worker: failed", [("role", role), ("why", why)])
        case .sent(let entry, let tries):
            (.routine, "courier: handed over", [("entry", "\(entry)"), ("tries", "\(tries)")])
        case .sendDelayed(let entry, let why, let pause):
            (.warning, "courier: not yet", [("entry", "\(entry)"), ("why", why), ("again", pause.setting)])
        case .sendFailed(let entry, let why):
            (.error, "courier: given up", [("entry", "\(entry)"), ("why", why)])
        case .loginFailed(let name, let peer):
            (.notice, "login: failed host=\(peer.host) name=\(Log.quoted(name, always: true))", [])
        case .knownOriginsUnwritten(let error):
            (.warning, "login: known origins not written, a restart forgets them", [("why", "\(error)")])
        case .administered(let what, let uid): (.notice, "shell: asked", [("what", what), ("uid", "\(uid)")])
        case .stranger(let uid): (.warning, "shell: refused", [("uid", "\(uid)")])
        case .ownChildRefused(let pid): (.error, "shell: refused to a child of this desk", [("pid", "\(pid)")])
        case .sandbox(let sandbox):
            (
                sandbox.isWhole ? .notice : .warning, "worker: sandbox\(sandbox.isWhole ? "" : " incomplete")",
                [("role", sandbox.role), ("layers", sandbox.layers)]
            )
        }
    }
}
