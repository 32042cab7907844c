public import DeskModel

/// Who reads a hint, as far as that decides which verbs it may name.
public struct HintReader: Equatable, Sendable {
    private let isLoggedIn: Bool
    private let rights: Rights
    private let mayOverride: Bool

    /// An agent who has these rights in the queue that the line is about; `guarded` is how that queue guards people.
    public init(rights: Rights, guarded: Queue.Guard) {
        self.init(isLoggedIn: true, rights: rights, mayOverride: rights.contains(guarded == .strict ? .lead : .work))
    }

    private init(isLoggedIn: Bool, rights: Rights, mayOverride: Bool) {
        (self.isLoggedIn, self.rights, self.mayOverride) = (isLoggedIn, rights, mayOverride)
    }

    /// Not logged in.
    public static let stranger = HintReader(isLoggedIn: false, rights: [], mayOverride: false)
    /// May use every verb.
    public static let everything = HintReader(rights: [.read, .work, .move, .lead], guarded: .strict)

    /// Whether one of the rights that the verb's row names is there; its holder has w.
    func mayUse(_ verb: Verb) -> Bool {
        if verb.isOpen { return true }
        guard isLoggedIn else { return false }
        return verb.right.split { !($0.isASCII && $0.isLetter) }.contains { word in
            switch word {
            case "any": true
            case "holder": rights.contains(.work)
            default: Rights(letters: word).map { rights.isSuperset(of: $0) } ?? false
            }
        }
    }

    /// The words that may begin a line of theirs.
    var words: [String] {
        Verb.all.filter(mayUse).flatMap { [$0.name] + $0.aliases }.filter { !$0.contains(" ") }
    }

    /// The first of the sentences that names in quotes only what this reader may do; `nil` if there is none.
    func hint(_ sentences: [String]) -> String? {
        sentences.first { sentence in
            let parts = sentence.split(separator: "\"", omittingEmptySubsequences: false)
            return parts.indices.allSatisfy { $0 % 2 == 0 || mayType(parts[$0]) }
        }
    }

    private func mayType(_ line: Substring) -> Bool {
        guard let word = line.split(separator: " ").first, let verb = Verb.named(String(word)) else { return true }
        return mayUse(verb) && (mayOverride || !line.contains("anyway="))
    }
}
