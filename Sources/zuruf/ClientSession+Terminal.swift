import DeskTerminal
import Glibc

// Input from a person at the terminal.
extension ClientSession {
    /// Runs the line editor until the session ends. `history`: the file of its history.
    func runTerminal(history: String?) {
        let signals = TerminalSignals()
        do throws(TerminalError) {
            let editor = try LineEditor(history: history)
            self.editor = editor
            while exitReason == nil { stepTerminal(editor, signals) }
            editor.close()
        } catch {
            exitReason = .usage("this terminal does not support line editing")
        }
        editor = nil
    }

    private func stepTerminal(_ editor: LineEditor, _ signals: borrowing TerminalSignals) {
        let ready = step([phase == .open ? STDIN_FILENO : -1, signals.descriptor])
        if ready.contains(signals.descriptor), let signal = signals.next() { process(signal, editor) }
        guard ready.contains(STDIN_FILENO), exitReason == nil else { return }
        guard editor.fill() else {
            exitReason = .signal(SIGHUP)
            return
        }
        while phase == .open, exitReason == nil, let entry = editor.next() { process(entry, editor) }
    }

    private func process(_ signal: TerminalSignals.Signal, _ editor: LineEditor) {
        switch signal {
        case .interrupt:
            editor.discardLine()
            if encoder.isBlockOpen { explainBlock("the text is still open") }
        case .resize: editor.resize()
        case .stop:
            editor.close()
            raise(SIGSTOP)
            editor.open()
        case .end(let number): exitReason = .signal(number)
        }
    }

    private func process(_ entry: LineEditor.Entry, _ editor: LineEditor) {
        switch entry {
        case .line(let line):
            for wire in encoder.encode(line) { connection.send(wire) }
            editor.takesText = encoder.isBlockOpen
        case .pasted(let lines):
            for line in lines { for wire in CommandEncoder.quoted(line) { connection.send(wire) } }
            explainBlock("pasted \(lines.count) \(lines.count == 1 ? "line" : "lines")")
        case .refusedPaste(let lines):
            report("pasted \(lines) lines, sent none: to paste text, open a block first, as in \"reply 42 <<\"")
        case .end where encoder.isBlockOpen: explainBlock("the text is still open")
        case .end: quit()
        }
    }

    private func explainBlock(_ state: String) {
        report(state + "; \".\" on its own line sends it, \".cancel\" discards it")
    }
}
