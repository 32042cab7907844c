internal import DeskNet

/// Root works on a desk as the user that its folder belongs to: a file of root's would lock the service out.
extension StateDirectory {
    /// As root in a folder of another user, becomes that user; otherwise changes nothing.
    func becomeOwner(_ console: inout Console) throws(ShellError) {
        guard console.userID == 0, try isThere() else { return }
        let owner = try owner()
        if owner.id != 0 { try become(owner, &console) }
    }

    /// Makes the folder for the user that `init --user` names, and becomes that user.
    func make(for name: String, _ console: inout Console) throws(ShellError) {
        guard let user = console.findUser(name) else { throw .failed("there is no user \(Log.quoted(name))") }
        guard console.userID != user.id else { return }
        guard console.userID == 0 else { throw .failed("only root can set a desk up for another user") }
        do throws(NetError) { try Files.makeDirectory(path, mode: 0o700) } catch { throw .failed(error.description) }
        let owner = try owner()
        guard owner.id == 0 || owner.id == user.id else {
            throw .failed("\(path) belongs to another user than \(name): chown \(name) \(path)")
        }
        if owner.id == 0 {
            // /tmp, /var/lib or a folder of something else must not become the user's.
            guard try isEmpty() else { throw .failed("\(path) belongs to root and is not empty") }
            try give(to: user)
        }
        try become(user, &console)
    }

    /// For a folder that is to be made: as root, makes it for the owner of another one, and becomes that user.
    func make(as neighbour: String, _ console: inout Console) throws(ShellError) {
        guard console.userID == 0, try !isThere() else { return }
        let user = try StateDirectory(path: neighbour).owner()
        guard user.id != 0 else { return }
        do throws(NetError) { try Files.makeDirectory(path, mode: 0o700) } catch { throw .failed(error.description) }
        try give(to: user)
        try become(user, &console)
    }

    /// Whether nothing is in the folder but what a file system has at its top.
    func isEmpty() throws(ShellError) -> Bool {
        do throws(NetError) {
            return try Files.list(path).allSatisfy { $0 == "lost+found" }
        } catch {
            throw .failed(error.description)
        }
    }

    private func isThere() throws(ShellError) -> Bool {
        do throws(NetError) { return try Files.isThere(path) } catch { throw .failed(error.description) }
    }

    private func owner() throws(ShellError) -> Console.User {
        do throws(NetError) {
            let owner = try Files.owner(of: path)
            return Console.User(id: owner.user, group: owner.group)
        } catch {
            throw .failed(error.description)
        }
    }

    private func give(to user: Console.User) throws(ShellError) {
        do throws(NetError) {
            try Files.giveDirectory(path, to: user.id, user.group)
        } catch {
            throw .failed(error.description)
        }
    }

    private func become(_ user: Console.User, _ console: inout Console) throws(ShellError) {
        guard console.become(user) else { throw .failed("cannot become the user \(user.id), who owns \(path)") }
        console.userID = user.id
    }
}
