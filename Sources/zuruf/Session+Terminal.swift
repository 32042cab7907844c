import DeskTerminal
import Glibc

// With a person at the terminal.
extension Session {
    func converse(history: String?) {
        let signals = TerminalSignals()
        do throws(TerminalError) {
            let editor = try LineEditor(history: history)
            self.editor = editor
            while ending == nil { turn(editor, signals) }
            editor.close()
        } catch {
            ending = .usage("this terminal cannot be drawn on")
        }
        editor = nil
    }

    private func turn(_ editor: LineEditor, _ signals: borrowing TerminalSignals) {
        let ready = step([phase == .open ? STDIN_FILENO : -1, signals.descriptor])
        if ready.contains(signals.descriptor), let signal = signals.next() { take(signal, editor) }
        guard ready.contains(STDIN_FILENO), ending == nil else { return }
        guard editor.fill() else {
            ending = .killed(SIGHUP)
            return
        }
        while phase == .open, ending == nil, let entry = editor.next() { take(entry, editor) }
    }

    private func take(_ signal: TerminalSignals.Signal, _ editor: LineEditor) {
        switch signal {
        case .interrupt:
            editor.drop()
            if outgoing.isBlockOpen { sayHowToEnd("the text is still open") }
        case .resize: editor.resize()
        case .stop:
            editor.close()
            raise(SIGSTOP)
            editor.open()
        case .end(let number): ending = .killed(number)
        }
    }

    private func take(_ entry: LineEditor.Entry, _ editor: LineEditor) {
        switch entry {
        case .line(let line):
            for wire in outgoing.typed(line) { link.send(wire) }
            editor.takesText = outgoing.isBlockOpen
        case .pasted(let lines):
            for line in lines { for wire in Outgoing.quoted(line) { link.send(wire) } }
            sayHowToEnd("pasted \(lines.count) \(lines.count == 1 ? "line" : "lines")")
        case .refusedPaste(let lines):
            say("pasted \(lines) lines, sent none: a paste is text, so open one first, as in \"reply 42 <<\"")
        case .end where outgoing.isBlockOpen: sayHowToEnd("the text is still open")
        case .end: leave()
        }
    }

    private func sayHowToEnd(_ what: String) {
        say(what + "; a \".\" alone sends the text, \".cancel\" drops it")
    }
}
