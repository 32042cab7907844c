internal import DeskNet

/// A client's side of a line conversation: says something, waits for lines. For the shell's own process, which may
/// wait.
final class Dialogue {
    /// Why it did not go on.
    struct Broken: Error {
        /// In a few words.
        let why: String
    }

    private let connection: Connection
    private var input: [UInt8] = []
    private let patience: Int32

    private static let lineMost = 1 << 20

    /// Connects to a Unix socket; waits at most `seconds` for every line and for room to send.
    init(unixPath path: String, seconds: Int32) throws(NetError) {
        connection = try Connection.connect(unixPath: path)
        patience = seconds * 1000
    }

    /// Sends bytes.
    func say(_ bytes: [UInt8]) throws(Broken) {
        var start = 0
        while start < bytes.count {
            switch connection.send(bytes.span.extracting(start...)) {
            case .moved(let count): start += count
            case .failed(let failure): throw Broken(why: failure.description)
            case .wait:
                guard connection.wait(for: .write, milliseconds: patience) else {
                    throw Broken(why: "no answer in time")
                }
            }
        }
    }

    /// Waits for the next line, without its end.
    func hear() throws(Broken) -> ArraySlice<UInt8> {
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            if let end = input.firstIndex(of: 0x0A) {
                let line = input[..<end]
                input = Array(input[(end + 1)...])
                return line.last == 0x0D ? line.dropLast() : line
            }
            guard input.count <= Dialogue.lineMost else { throw Broken(why: "the answer has no end") }
            switch connection.receive(into: &buffer) {
            case .bytes(let count): input += buffer[..<count]
            case .ended: throw Broken(why: "the desk hung up")
            case .failed(let failure): throw Broken(why: failure.description)
            case .wait:
                guard connection.wait(for: .read, milliseconds: patience) else {
                    throw Broken(why: "no answer in time")
                }
            }
        }
    }
}
