public import DeskModel

/// How many automatic replies may go out before the desk suspects a loop: two programs that answer each other.
///
/// The rules of DeskMail catch most machines by what they say; these limits catch the rest by what they do
/// (RFC 3834, section 2, asks for one per sender and period). Settings of the desk; a bench sets them high.
public struct AutoReplyLimits: Equatable, Sendable {
    /// To one address within an hour.
    public var addressHourly = 3
    /// To one address within a day.
    public var addressDaily = 10
    /// To one domain within an hour.
    public var domainHourly = 60
    /// With one subject within an hour: a program that changes its address each time.
    public var subjectHourly = 5
    /// In one ticket no sooner than this after the last.
    public var ticketPause = TimeSpan.days(1)
    /// Over all within `breakerWindow`; then for as long again none goes out to the domain that most of them went to,
    /// and none at all if those to the others alone reach the limit, too.
    public var breaker = 300
    /// The window of `breaker`.
    public var breakerWindow = TimeSpan.minutes(10)
    /// Whether mails that join a ticket are acknowledged too.
    public var answersFollowUps = false

    /// The limits of a desk on which nothing else is said.
    public init() {}
}

/// The automatic replies of the last day, and how many went where.
struct AutoReplyTally: Equatable, Sendable {
    private(set) var log: [AutoReply] = []
    private var toAddress: [Address: [Moment]] = [:]
    private var toDomain: [String: [Moment]] = [:]
    private var toSubject: [String: [Moment]] = [:]
    private var gone = 0

    /// Counts one more; those of more than a day ago no longer count.
    mutating func add(_ reply: AutoReply) {
        forget(before: reply.at - .days(1))
        log.append(reply)
        toAddress[reply.to.untagged, default: []].append(reply.at)
        toDomain[String(reply.to.domain), default: []].append(reply.at)
        toSubject[reply.subjectKey, default: []].append(reply.at)
    }

    /// Which limit another reply at `now` would break; `nil`: none.
    func broken(by reply: AutoReply, limits: AutoReplyLimits) -> SuppressReason? {
        let hour = reply.at - .hours(1)
        let address = toAddress[reply.to.untagged] ?? []
        if address.count(after: hour) >= limits.addressHourly { return .limitAddress }
        if address.count(after: reply.at - .days(1)) >= limits.addressDaily { return .limitAddress }
        let domain = toDomain[String(reply.to.domain)] ?? []
        if domain.count(after: hour) >= limits.domainHourly { return .limitDomain }
        // Mails without a subject have nothing in common.
        let subject = reply.subjectKey.isEmpty ? [] : toSubject[reply.subjectKey] ?? []
        return subject.count(after: hour) >= limits.subjectHourly ? .limitSubject : nil
    }

    /// How many went out after `moment`, to all domains but these.
    func count(after moment: Moment, sparing domains: some Sequence<String>) -> Int {
        domains.reduce(count(after: moment)) { $0 - (toDomain[$1] ?? []).count(after: moment) }
    }

    /// The domain to which most went out after `moment`, the first by name of several.
    func busiestDomain(after moment: Moment) -> String? {
        toDomain.map { (name: $0.key, count: $0.value.count(after: moment)) }
            .min { $0.count == $1.count ? $0.name < $1.name : $0.count > $1.count }?.name
    }

    /// How many went out after `moment`, over all.
    func count(after moment: Moment) -> Int {
        var (low, high) = (gone, log.count)
        while low < high {
            let middle = (low + high) / 2
            if log[middle].at <= moment { low = middle + 1 } else { high = middle }
        }
        return log.count - low
    }

    static func == (left: AutoReplyTally, right: AutoReplyTally) -> Bool {
        left.log[left.gone...].elementsEqual(right.log[right.gone...])
    }

    private mutating func forget(before moment: Moment) {
        while gone < log.count, log[gone].at < moment {
            toAddress.dropOldest(of: log[gone].to.untagged)
            toDomain.dropOldest(of: String(log[gone].to.domain))
            toSubject.dropOldest(of: log[gone].subjectKey)
            gone += 1
        }
        if gone > 1024, gone * 2 > log.count {
            log.removeFirst(gone)
            gone = 0
        }
    }
}

extension [Moment] {
    fileprivate func count(after moment: Moment) -> Int {
        reversed().prefix { $0 > moment }.count
    }
}

extension Dictionary where Value == [Moment] {
    fileprivate mutating func dropOldest(of key: Key) {
        self[key]?.removeFirst()
        if self[key]?.isEmpty == true { self[key] = nil }
    }
}
