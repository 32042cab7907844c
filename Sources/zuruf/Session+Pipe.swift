import DeskTerminal
import Glibc

// With a program at the other end of a pipe, or with commands of the command line.
extension Session {
    func pipe() {
        if commands != nil {
            if phase == .open, finals == outgoing.commands { sendNextCommand() }
            _ = step([])
            return
        }
        // A desk that does not read holds up the program that writes, not our memory.
        let wantsInput = phase == .open && !inputEnded && link.backlog < 1 << 16
        if step([wantsInput ? STDIN_FILENO : -1]).contains(STDIN_FILENO) { readInput() }
        if phase == .open, ending == nil, inputEnded, finals == outgoing.commands { leave() }
    }
    /// Sends the next command of `-c`; the further lines of one are its text, which is ended here.
    private func sendNextCommand() {
        guard let command = commands?.popFirst() else { return leave() }
        let lines = command.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let bytes = Array(line.utf8)
            for wire in index == 0 ? [bytes] : Outgoing.quoted(bytes) { send(wire) }
        }
        if outgoing.isBlockOpen { send(Array(".".utf8)) }
    }

    /// Passes on the whole lines of what is read; one without an ending may be a part of one and is never sent.
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
            say("the last line has no end and was not sent")
            hasRefusal = true
        }
        if outgoing.isBlockOpen {
            say("the input ended inside a text, which is dropped")
            send(Array(".cancel".utf8))
        }
    }

    private func send(_ line: [UInt8]) {
        outgoing.passes(line)
        link.send(line)
    }
}
