/// What a command of the shell stands in: arguments, environment, the three standard streams, the user.
///
/// A value of closures, so that a command can be tried without a process of its own.
public struct Console {
    /// The arguments after the program's name.
    public var arguments: [String]
    /// The program's own path, beside which the mail worker lies.
    public var program: String
    /// The environment.
    public var environment: [String: String]
    /// The effective user.
    public var userID: UInt32
    /// Writes to standard output; a line end is added.
    public var print: (String) -> Void
    /// Writes to standard error; a line end is added.
    public var complain: (String) -> Void
    /// Reads standard input to its end, but not more than so many bytes and one.
    public var readInput: (_ most: Int) -> [UInt8]?
    /// Asks on the terminal for something that must not be seen; `nil`: there is no terminal.
    public var readSecret: (_ prompt: String) -> String?
    /// Asks on the terminal and shows what is typed; `nil`: there is no terminal.
    public var readAnswer: (_ prompt: String) -> String?
    /// The user of that name; `nil`: there is none.
    public var findUser: (_ name: String) -> User?
    /// Gives root's rights up for those of a user, for good; `false` if the system refuses.
    public var become: (User) -> Bool
    /// From now on a signal that kills the process is a temporary failure, and standard output says so.
    public var armLastWords: () -> Void
    /// Shows how far something is that takes long, on a terminal, in the place of what was shown before; empty: that is
    /// over.
    public var showProgress: (String) -> Void = { _ in }

    /// A console of which everything is said.
    public init(
        arguments: [String], program: String, environment: [String: String], userID: UInt32,
        print: @escaping (String) -> Void, complain: @escaping (String) -> Void,
        readInput: @escaping (_ most: Int) -> [UInt8]?, readSecret: @escaping (_ prompt: String) -> String?,
        readAnswer: @escaping (_ prompt: String) -> String?, findUser: @escaping (_ name: String) -> User?,
        become: @escaping (User) -> Bool, armLastWords: @escaping () -> Void
    ) {
        self.arguments = arguments
        self.program = program
        self.environment = environment
        self.userID = userID
        self.print = print
        self.complain = complain
        self.readInput = readInput
        self.readSecret = readSecret
        self.readAnswer = readAnswer
        self.findUser = findUser
        self.become = become
        self.armLastWords = armLastWords
    }

    /// A user of this machine.
    public struct User: Equatable, Sendable {
        /// The number.
        public let id: UInt32
        /// The number of the first group.
        public let group: UInt32

        /// Names a user.
        public init(id: UInt32, group: UInt32) {
            self.id = id
            self.group = group
        }
    }

    /// The path of another program of ours: beside this one.
    func neighbour(_ name: String) -> String {
        guard let slash = program.lastIndex(of: "/") else { return name }
        return program[...slash] + name
    }
}

/// Why a command of the shell did not do what it was asked.
enum ShellError: Error, Equatable {
    /// The words make no command: exit 2.
    case usage(String)
    /// It was refused, or something is broken: exit 1.
    case failed(String)

    /// One sentence, no full stop.
    var text: String {
        switch self {
        case .usage(let text), .failed(let text): text
        }
    }
}
