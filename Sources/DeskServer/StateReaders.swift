internal import DeskStore

/// A desk's files as one thread reads them, each opened when it is first asked for.
///
/// Nobody but the thread that it was made for touches it, which is what makes it safe to hand over.
final class StateReaders: @unchecked Sendable {
    private let files: StateFiles
    private var openDesk: DeskReader?
    private var openMails: MailReader?

    init(_ files: StateFiles) {
        self.files = files
    }

    /// Reads `desk.db`.
    func desk() throws(StoreError) -> DeskReader {
        if let openDesk { return openDesk }
        let opened = try DeskReader(files)
        openDesk = opened
        return opened
    }

    /// Reads `mail.db`.
    func mails() throws(StoreError) -> MailReader {
        if let openMails { return openMails }
        let opened = try MailReader(path: files.mail)
        openMails = opened
        return opened
    }

    /// Lets go of both files after an error, since `desk.db` may have been made anew: next time they are opened anew.
    func close() {
        (openDesk, openMails) = (nil, nil)
    }
}
