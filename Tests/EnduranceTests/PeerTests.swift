import DeskNet
import DeskTestSupport
import Testing

/// The programs with which people come, in scripts: everything that was said before the end is answered.
@Suite struct PeerTests {
    /// A program, and its words for a desk at a port.
    struct Peer: CustomTestStringConvertible, Sendable {
        let program: String
        let words: @Sendable (UInt16) -> [String]
        var isPlain = false
        var testDescription: String { program }
    }

    static let peers = [
        Peer(program: "/usr/bin/openssl") { ["s_client", "-quiet", "-connect", "127.0.0.1:\($0)"] },
        Peer(program: "/usr/bin/ncat") { ["--ssl", "127.0.0.1", "\($0)"] },
        Peer(program: "/usr/bin/socat") { ["-t5", "-", "OPENSSL:127.0.0.1:\($0),verify=0"] },
        Peer(program: "/usr/bin/gnutls-cli") { ["--insecure", "-p", "\($0)", "127.0.0.1"] },
        Peer(program: "/usr/bin/nc", words: { ["-N", "127.0.0.1", "\($0)"] }, isPlain: true),
    ].filter { Files.exists($0.program) }

    /// With `quit` as the last line the desk ends it; without, the end of what the program sends does.
    @Test(arguments: peers, [true, false])
    func `what is piped into it is answered to the last line`(peer: Peer, withQuit: Bool) throws {
        // Without quit these two leave at the end of their input, without hearing what comes.
        if !withQuit, peer.program.hasSuffix("openssl") || peer.program.hasSuffix("gnutls-cli") { return }
        let desk = try Desk()
        try desk.bringIn(1)
        let lines = ["@1 login meier m", "@2 claim 1", "@3 show 1", "@4 list inbox"] + (withQuit ? ["@5 quit"] : [])
        let input = desk.folder + "/lines"
        try Files.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: input)
        let port = peer.isPlain ? desk.plainPort : desk.port
        let script = "exec \"$@\" <\(input) 2>/dev/null"
        let client = try ChildProcess(
            path: "/bin/sh", arguments: ["-c", script, "sh", peer.program] + peer.words(port),
            environment: ["PATH=/usr/bin:/bin"], input: .null)
        let said = try Programs.read(client, errors: false) { _ in false }
        _ = client.wait()
        let heard = said.split(whereSeparator: \.isNewline)
        for answer in ["@1 OK hello meier ", "@2 OK claimed #1 ", "@3 OK show #1 ", "@4 OK list n=1 "] {
            #expect(heard.contains { $0.hasPrefix(answer) }, "\(answer): \(said)")
        }
        if withQuit { #expect(heard.contains { $0.hasPrefix("@5 OK bye") }, "\(said)") }
        #expect(desk.stop() == .exited(0))
    }
}
