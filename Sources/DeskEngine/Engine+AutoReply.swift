internal import DeskModel

extension Engine {
    /// The automatic reply to a mail that was just placed in `ticket`, or the reason why there is none.
    ///
    /// A follow-up is acknowledged only if a setting says so, and nothing tells that it was not; a message that may not
    /// be answered automatically is told with its rule, whatever the setting.
    func answer(to arrival: Arrival, _ mail: Mail, _ ticket: Ticket, isNew: Bool, _ now: Moment) -> [Event] {
        if !isNew, !autoReplyLimits.answersFollowUps, arrival.suppress == nil { return [] }
        let reply = AutoReply(at: now, to: mail.author, subjectKey: arrival.subjectKey)
        if let why = suppression(of: reply, arrival, mail, ticket) {
            return [ticket.event(.autoSuppressed(why), at: now)]
        }
        guard let breaker = breaker(before: reply) else { return [acknowledgement(reply, mail, ticket, now)] }
        guard case .autoBreaker(_, _, let domain) = breaker.kind, let domain, domain != reply.to.domain else {
            return [ticket.event(.autoSuppressed(.breaker), at: now), breaker]
        }
        return [acknowledgement(reply, mail, ticket, now), breaker]
    }

    /// What stops automatic replies before `reply` goes out; `nil` if too few went out.
    private func breaker(before reply: AutoReply) -> Event? {
        let since = reply.at - autoReplyLimits.breakerWindow
        let stopped = stoppedDomains(at: reply.at)
        let count = state.autoReplies.count(after: since, sparing: stopped)
        guard count >= autoReplyLimits.breaker else { return nil }
        let domain = stopped.isEmpty ? state.autoReplies.busiestDomain(after: since) : nil
        let kind = Kind.autoBreaker(count: count, window: autoReplyLimits.breakerWindow, domain: domain)
        return Event(at: reply.at, by: nil, subject: .desk, kind: kind)
    }

    /// The rule that forbids an automatic reply: what the mail says, what we know of its author, what the limits say.
    private func suppression(
        of reply: AutoReply, _ arrival: Arrival, _ mail: Mail, _ ticket: Ticket
    ) -> SuppressReason? {
        if let why = arrival.suppress { return why }
        if !mail.countsAsPerson { return .report }
        // What is no address, as a From without domain, cannot be answered.
        if !isReachable(reply.to) || isOurs(arrival.from) { return .sender }
        if arrival.isUnreadable || ticket.queue == .postmaster { return .noAuto }
        if state.queues[ticket.queue]?.answersAutomatically == false { return .noAuto }
        if state.customers[mail.customer]?.wantsNoAutomaticReply == true { return .noAuto }
        if let last = ticket.lastAutoReply, last + autoReplyLimits.ticketPause > reply.at { return .limitTicket }
        if let why = state.autoReplies.broken(by: reply, limits: autoReplyLimits) { return why }
        let stopped = stoppedDomains(at: reply.at)
        return stopped.contains("") || stopped.contains(String(reply.to.domain)) ? .breaker : nil
    }

    /// The domains that get no automatic reply at the moment; `""` stands for all of them.
    private func stoppedDomains(at now: Moment) -> [String] {
        state.autoRepliesStopped.filter { now < $0.value }.map(\.key)
    }

    private func acknowledgement(_ reply: AutoReply, _ mail: Mail, _ ticket: Ticket, _ now: Moment) -> Event {
        let text = fill(state.queues[ticket.queue]?.automaticReply ?? automaticReply, mail, ticket)
        let letter = Letter(to: Recipients(to: [reply.to]), from: mail.arrivedAt, text: text, answers: mail.entry.entry)
        return ticket.event(.autoSent(letter, subjectKey: reply.subjectKey), at: now, entry: ticket.entries + 1)
    }

    /// Puts `{number}`, `{subject}` and `{queue}` in their places; what a subject holds is not looked at again.
    private func fill(_ template: String, _ mail: Mail, _ ticket: Ticket) -> String {
        let values = [
            ("{number}", ticket.number.description), ("{subject}", mail.subject), ("{queue}", ticket.queue.description),
        ]
        var filled = ""
        var rest = Substring(template)
        while let brace = rest.firstIndex(of: "{") {
            filled += rest[..<brace]
            rest = rest[brace...]
            let (mark, value) = values.first { rest.hasPrefix($0.0) } ?? ("{", "{")
            filled += value
            rest = rest.dropFirst(mark.count)
        }
        return filled + rest
    }
}
