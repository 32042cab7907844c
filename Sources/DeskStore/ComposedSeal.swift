import DeskModel

extension Outgoing {
    /// The SHA-256 of what the event says of the message: when, which text, from and to whom, and what it says.
    ///
    /// After a restore another event may have the same number. The composed bytes in `mail.db` are sealed with this
    /// digest, so that they go out for this event and no other.
    func digest(_ hashing: Hashing) -> Digest {
        var content = ByteWriter()
        content.number(at.milliseconds)
        content.number(entry.ticket.value)
        content.number(Int64(entry.entry))
        content.byte(isAutomatic ? 1 : 0)
        for addresses in [letter.recipients.to, letter.recipients.cc] {
            content.number(Int64(addresses.count))
            for address in addresses { content.string(address.description) }
        }
        content.string(letter.from?.description ?? "")
        content.string(letter.text)
        content.number(Int64(letter.answers ?? 0))
        return hashing.hash(content.bytes, [])
    }

    /// What stands beside the composed bytes: it fits this event with these bytes, and nothing else.
    func seal(_ bytes: [UInt8], _ hashing: Hashing) -> Digest {
        hashing.hash(digest(hashing).bytes, bytes)
    }
}
