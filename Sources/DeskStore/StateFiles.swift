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

    /// The files in the state directory of a desk.
    public init(directory: String) {
        journal = directory + "/journal.db"
        mail = directory + "/mail.db"
        desk = directory + "/desk.db"
        lost = directory + "/lost"
    }
}
