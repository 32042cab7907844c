internal import DeskModel
internal import DeskNet
internal import DeskWire

/// One connection's conversation: what it has asked and not been answered, what it follows, what it is still to be
/// told.
///
/// Knows lines, not sockets: a test's memory serves as its line as well as a connection does. Belongs to the owner
/// thread.
final class Session {
    /// A number of its own, never given twice.
    let id: Int
    /// Where its bytes go.
    let line: any ByteSink
    /// Where it comes from.
    let peer: PeerAddress

    // What each event asks of every follower stands together, so that it costs few cache lines.

    /// What it follows, if anything.
    var stream: Stream?
    /// What it is still to be told.
    var outlet = Outlet()
    /// The agent at the other end, once they have logged in.
    var agent: AgentName?

    /// Cuts what comes in into lines and blocks.
    var reader = LineReader()
    /// Bytes that were received and not cut into lines yet: more lines than a turn takes.
    var unheard: [UInt8] = []
    /// When lines of an open block renewed a lease last.
    var typed: Moment?
    /// Lines and blocks that wait for their turn, oldest first.
    var inputs: [Input] = []
    /// Bytes received since `inputs` was last empty.
    var inputByteCount = 0
    /// The client sends nothing more: what is complete is still answered, then the connection ends.
    var hasEnded = false
    /// The other end is gone: nothing more can be said.
    var isLost = false
    /// Nothing more is taken from it: the last words are on their way.
    var isClosing = false
    /// The last event that its stream is told, once it is closing.
    var lastPosition: SequenceNumber?
    /// A password is checked, the disk read, a ticket granted or a stream shown for its last line: later ones wait.
    var isBusy = false
    /// What the reading room was asked for it.
    var pending: Switchboard.Pending?
    /// The `unsubscribe` that waits for its stream.
    var leaving: Switchboard.Leaving?
    /// The tag of the login that is being checked.
    var loginTag: String?

    /// Whether what this connection shows counts as read, once `session reads=` has set it.
    var readsSet: Bool?
    /// What was said to the agent and handed to this connection's line, which may not have taken it yet.
    var heard: [SequenceNumber] = []
    /// Failed logins.
    var failures = 0
    /// Unknown verbs before a login.
    var unknownVerbs = 0
    /// When it began.
    let since: Moment

    /// Its place among the followers.
    var placeInRow: Int?
    /// Its pending waits, by their places in the row.
    var waits: [Int] = []

    /// Whether it is in the switchboard's list of those with something to do, or to say.
    var isListed = false
    /// Whether it stands in the list of those with something to say.
    var isUnsaid = false

    /// A conversation that has just begun.
    init(id: Int, line: any ByteSink, from peer: PeerAddress, at now: Moment) {
        self.id = id
        self.line = line
        self.peer = peer
        since = now
    }

    /// Whether everything has been said that there was to say.
    var hasSaidAll: Bool {
        outlet.isEmpty && !isDueCut && (stream.map { $0.cursor >= lastPosition ?? $0.cursor } ?? true)
    }

    /// Whether a subscription of its stream ends where that has come to, and was not told so yet.
    var isDueCut: Bool {
        guard let stream, let end = stream.nextEnd else { return false }
        return stream.cursor >= end
    }

    /// Whether its next line may be answered now: not while it does not read what it has been told.
    var mayBeAnswered: Bool {
        !isBusy && !isClosing && outlet.backlog <= Limits.unsent
    }

    /// Whether it takes more bytes: until a turn's share of lines waits, and not while its client does not read.
    var wantsInput: Bool {
        !hasEnded && !isClosing && !isBusy && hasRoomForInputs && outlet.backlog <= Limits.unsent
    }

    private var hasRoomForInputs: Bool {
        guard !inputs.isEmpty else { return unheard.isEmpty }
        return unheard.isEmpty && inputs.count < Session.inputsMost && inputByteCount < Session.inputBytesMost
    }

    /// Lines of one session that wait or are handled in one turn, so that pipelining gives no precedence.
    static let inputsMost = 16
    /// Bytes after which no further line is added to those that wait: large blocks come one at a time.
    static let inputBytesMost = 64 * 1024
    /// Unknown verbs before a login that end the connection.
    static let unknownVerbsMost = 5
}
