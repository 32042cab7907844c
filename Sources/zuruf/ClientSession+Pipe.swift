import DeskTerminal
import Glibc

// Input from a pipe or from `-c`.
extension ClientSession {
    /// Sends what may be sent now and waits for the next event.
    func stepPipe() {
        if commands != nil {
            if phase == .open, finalCount == encoder.commandCount { sendNextCommand() }
            _ = step([])
            return
        }
        // While the server does not read, stop reading input instead of buffering it.
        let wantsInput = phase == .open && !inputEnded && connection.unsentByteCount < 1 << 16
        if step([wantsInput ? STDIN_FILENO : -1]).contains(STDIN_FILENO) { readInput() }
        if phase == .open, exitReason == nil, inputEnded, finalCount == encoder.commandCount { quit() }
    }

    /// Sends the next `-c` command. Its further lines are the text of its block, which is closed here.
    private func sendNextCommand() {
        guard let command = commands?.popFirst() else { return quit() }
        let lines = command.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let bytes = Array(line.utf8)
            for wire in index == 0 ? [bytes] : CommandEncoder.quoted(bytes) { send(wire) }
        }
        if encoder.isBlockOpen { send(Array(".".utf8)) }
    }

    /// Reads standard input and sends its complete lines. A last line without a line ending may be truncated and is not
    /// sent; an open block is canceled.
    private func readInput() {
        let bytes = Console.read()
        input += bytes
        if let end = input.lastIndex(of: UInt8(ascii: "\n")) {
            for line in input[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                send(Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line))
            }
            input.removeFirst(end + 1)
        }
        guard bytes.isEmpty else { return }
        inputEnded = true
        if !input.isEmpty {
            report("the last line has no line ending and was not sent")
            hasErrors = true
        }
        if encoder.isBlockOpen {
            report("the input ended inside a text; the text was canceled")
            send(Array(".cancel".utf8))
        }
    }

    private func send(_ line: [UInt8]) {
        encoder.track(line)
        connection.send(line)
    }
}
