/// Where the three files of a desk lie.
public struct StateFiles: Equatable, Sendable {
    /// What happened: the truth, with the texts that belong to it.
    public let journal: String
    /// Mails as they came, and ours as they went.
    public let mail: String
    /// What follows from the journal; may be deleted while the desk is stopped.
    public let desk: String
    /// How the names of folders begin that hold what a step back of the journal left without an event.
    public let lost: String

    /// The files in the state directory of a desk; a `suffix` is that of files that are not in place yet.
    public init(directory: String, suffix: String = "") {
        journal = directory + "/journal.db" + suffix
        mail = directory + "/mail.db" + suffix
        desk = directory + "/desk.db" + suffix
        lost = directory + "/lost"
    }
}
