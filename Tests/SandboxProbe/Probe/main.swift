import CProbe
import DeskPost
import Glibc

/// `sandbox-probe [without LAYER] ROLE ATTEMPT [OBJECT]`: closes the sandbox of that worker around itself, tries one
/// thing, and prints which layers there are, then how the attempt ended: `done`, or `refused ERRNO`.
///
/// `sandbox-probe without LAYER run PROGRAM WORD…` starts a program to which the layer is unknown.
func probe(_ words: [String]) -> Int32 {
    if words.count >= 4, words[0] == "without" {
        guard unsafe desk_forbid_layer(words[1]) == 0 else { return EX_OSERR }
        return words[2] == "run" ? run(Array(words[3...])) : probe(Array(words[2...]))
    }
    guard words.count >= 2, let role = Worker.Role(rawValue: words[0]) else { return EX_USAGE }
    do {
        say("\(try Sandbox.close(for: role, readable: words.count > 3 ? words[3] : ""))")
    } catch {
        say("\(error)")
        return EX_SOFTWARE
    }
    if words[1] == "charsets" {
        say(["ISO-2022-JP", "EUC-JP", "GB18030"].allSatisfy(converts) ? "done" : "refused \(errno)")
        return 0
    }
    let error = unsafe desk_attempt(words[1], words.count > 2 ? words[2] : "")
    guard error >= 0 else { return EX_USAGE }
    say(error == 0 ? "done" : "refused \(error)")
    return 0
}

func run(_ words: [String]) -> Int32 {
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
    unsafe execve(words[0], &arguments, &environment)
    return EX_OSERR
}

func converts(_ charset: String) -> Bool {
    let converter = unsafe iconv_open("UTF-8", charset)
    return Int(bitPattern: converter) != -1
}

func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
}

exit(probe(Array(CommandLine.arguments.dropFirst())))
