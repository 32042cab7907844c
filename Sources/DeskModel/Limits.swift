/// Every maximum of the product that is the same on all desks, each with its reason.
///
/// What an owner may want otherwise is a setting (`zurufd serve --help`), not a line here.
public enum Limits {
    /// Messages with one Message-ID that are looked at, the newest.
    public static let sameMessageID = 10
    /// Addresses of one message by which an answer to it is known.
    public static let knownPeople = 50
    /// Bytes of a queue's or agent's name.
    public static let nameLength = 32
    /// Bytes of a line without its ending, both ways. Below 4095 on purpose: Linux terminals silently cut a typed line
    /// there, and a cut line must be refused, not stored in half.
    public static let line = 4000
    /// Bytes of a text block.
    public static let block = 1 << 20
    /// A block this many times over its limit is not swallowed any longer: the connection closes.
    public static let blockPatience = 8
    /// Bytes of an answer to a customer.
    public static let reply = 262_144
    /// Bytes of a reason or of a word of chat, so that an event always fits into a line.
    public static let reason = 1000
    /// Characters of a subject as events and records show it.
    public static let subject = 200
    /// Characters of a tag.
    public static let tag = 32
    /// Characters of a retry key.
    public static let key = 64
    /// How long a retry key is found again: longer than a weekend evening with a closed laptop.
    public static let keyWindow = TimeSpan.hours(48)
    /// Bytes that may wait unsent before a connection is read no further and its cursor pauses.
    public static let unsent = 128 * 1024
    /// Waits that one connection may have pending.
    public static let waits = 10
    /// The longest wait.
    public static let wait = TimeSpan.seconds(600)
    /// Subscriptions of one connection.
    public static let subscriptions = 1000
    /// Addresses that an answer goes to.
    public static let recipients = 50
    /// Bytes of those addresses: what an answer goes to is shown whole, in one line.
    public static let recipientBytes = 1100
    /// Characters of a customer's name as lines show it.
    public static let displayName = 80
    /// Authors that a ticket remembers.
    public static let authors = 100
    /// Drafts that one agent may have set himself; those kept by refusals do not count.
    public static let drafts = 100
    /// What was said to one agent alone and has not reached them, at most; as much is kept when it has.
    public static let says = 100
    /// Bytes of text that one agent can write in a day (UTC): the disk belongs to all of them.
    public static let writtenPerDay = 1 << 30
    /// Records of one reply where `limit=` says nothing, and at most.
    public static let records = 50
    /// The largest `limit=`.
    public static let recordsMost = 500
    /// Bytes of text in one reply; what is longer goes on after `more=`.
    public static let replyText = 262_144
    /// The shortest lease.
    public static let leaseLeast = TimeSpan.minutes(1)
    /// A lease is at most this many times the queue's.
    public static let leaseFactor: Int64 = 4
    /// After a start nobody's lease ends sooner: the colleagues must be able to reconnect first.
    public static let leaseAfterStart = TimeSpan.minutes(10)
    /// The holder is reminded this long before his lease ends.
    public static let leaseReminder = TimeSpan.minutes(5)
    /// A person who takes part in the live tickets of this many other customers is a supplier or a carrier, whom
    /// several agents may serve: a claim of one of those tickets must not close the others to everybody else.
    public static let sharedPerson = 3
    /// Lines of an open block renew leases at most once in this time.
    public static let typingPause = TimeSpan.seconds(1)
    /// Messages and answers in other tickets of the same people make a reply stale for this long.
    public static let staleWindow = TimeSpan.hours(72)
    /// The same answer twice within this time is taken for a slip.
    public static let duplicateWindow = TimeSpan.minutes(10)
    /// The same mail again within this time is one mail.
    public static let deliveryWindow = TimeSpan.days(7)
    /// `~ looking` at most once in this time per agent and ticket.
    public static let lookingPause = TimeSpan.minutes(1)
    /// `tick=` at least and at most.
    public static let tickLeast = TimeSpan.seconds(15)
    /// The longest `tick=`.
    public static let tickMost = TimeSpan.seconds(600)
}
