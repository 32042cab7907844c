import DeskModel
import DeskWire

/// libFuzzer: what a stranger sends before anybody knows him. Any split of it says the same; whatever is answered is
/// lines that no terminal obeys.
@_cdecl("LLVMFuzzerTestOneInput")
public func one(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    let whole = read(bytes, dropsOf: max(1, count))
    precondition(whole == read(bytes, dropsOf: Int(bytes.first ?? 0) % 7 + 1), "a split changes nothing")
    var out: [UInt8] = []
    for input in whole { answer(input, to: &out) }
    Reply(tag: "t").text(String(decoding: bytes, as: UTF8.self), to: &out)
    check(out)
    return 0
}

private func read(_ bytes: [UInt8], dropsOf length: Int) -> [Input] {
    var reader = LineReader()
    var inputs: [Input] = []
    for start in stride(from: 0, to: bytes.count, by: length) {
        let drop = Array(bytes[start..<min(start + length, bytes.count)])
        var at = 0
        while at < drop.count { at = reader.take(drop, from: at, most: 2) { inputs.append($0) } }
    }
    return inputs
}

private func answer(_ input: Input, to out: inout [UInt8]) {
    switch input {
    case .malformed(let malformed, let tag): Reply(tag: tag).end(.malformed(malformed), to: &out)
    case .hangUp: break
    case .line(let line):
        let reply = Reply(tag: line.tag)
        switch line.request {
        case .failure(let malformed): reply.end(.malformed(malformed), to: &out)
        case .success(.session(.ping(let token))): reply.end(.answered(.pong(token: token), at: 1), to: &out)
        case .success(.session(.help(let topic))):
            do throws(Malformed) {
                for line in try Help.lines(about: topic) { reply.text(line, to: &out) }
            } catch {
                reply.end(.malformed(error), to: &out)
            }
        case .success(.change(let command)): precondition(command.canonical != nil, "what is said has a key")
        case .success: break
        }
    }
}

private func check(_ out: [UInt8]) {
    var length = 0
    for byte in out {
        length = byte == UInt8(ascii: "\n") ? 0 : length + 1
        precondition(length <= Limits.line, "a line is at most 4000 bytes")
        precondition(byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t"))
    }
    let scalars = String(decoding: out, as: UTF8.self).unicodeScalars
    precondition(!scalars.contains { (0x80...0x9F).contains($0.value) || (0x2028...0x202E).contains($0.value) })
}
