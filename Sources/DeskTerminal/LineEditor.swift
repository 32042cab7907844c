import CEdit
import Glibc

/// The line a person types, with editing and history, above which lines of the desk appear at any time.
///
/// ```
///   stdin ─ fill ─→ Keyboard ─ strokes ─→ next ─┬─ key ──→ libedit ─→ .line, .end
///                                               └─ paste ─→ into the line, .pasted or .refusedPaste
///   show(text): wipe the drawn line, print, draw it anew
/// ```
/// libedit edits, but what it draws goes nowhere: it knows the screen by what it has drawn and is wrong about it once
/// others print, and where wide characters meet the right edge even without. The line is drawn here, whole, each time.
///
/// It reads standard input itself and hands libedit one whole key at a time, so nothing here blocks but the incremental
/// search (^R) and the quoted key (^V), which read on by themselves. All calls are made on one thread. libedit's
/// terminal is raw from `init` until `close`.
@safe public final class LineEditor {
    /// What a person has entered.
    public enum Entry: Sendable, Equatable {
        /// A line ended by Enter.
        case line([UInt8])
        /// Lines of a pasted text, while a block is open. What followed the last line end stands in the line.
        case pasted([[UInt8]])
        /// A text of so many lines was pasted where commands are typed; it was dropped.
        case refusedPaste(lines: Int)
        /// ^D on an empty line.
        case end
    }

    private let handle: OpaquePointer
    private let past: OpaquePointer
    private let historyFile: String?
    private let nowhere: UnsafeMutablePointer<FILE>
    private var isOpen = false
    /// The drawn characters up to the cursor; nil stands for a line end.
    private var drawn: [Int?] = []
    private var keyboard = Keyboard()
    private var strokes: ArraySlice<Keyboard.Stroke> = []
    private var key: ArraySlice<UInt8> = []
    private var isStale = false
    private var readOn = false
    private var isProbing = false

    /// Whether text is being typed instead of commands: another prompt, and a paste is taken line by line.
    public var takesText = false {
        didSet { if takesText != oldValue { begin() } }
    }

    /// Takes over the terminal on standard input and output and draws the prompt.
    public init(history file: String?) throws(TerminalError) {
        guard Console.isTerminal, let nowhere = unsafe fopen("/dev/null", "we") else { throw .unusable }
        guard let editor = unsafe desk_el_init("zuruf", nowhere) else {
            unsafe fclose(nowhere)
            throw .unusable
        }
        guard let past = unsafe history_init() else {
            unsafe el_end(editor)
            unsafe fclose(nowhere)
            throw .unusable
        }
        unsafe self.nowhere = unsafe nowhere
        unsafe handle = editor
        unsafe self.past = past
        historyFile = file
        unsafe desk_history_number(past, H_SETSIZE, 1000)
        unsafe desk_history_number(past, H_SETUNIQUE, 1)
        if let file { _ = unsafe desk_history_text(past, H_LOAD, file) }
        unsafe desk_el_owner(handle, Unmanaged.passUnretained(self).toOpaque())
        unsafe desk_el_text(handle, EL_EDITOR, "emacs")
        unsafe desk_el_history(handle, past)
        unsafe desk_el_number(handle, EL_SIGNAL, 0)
        unsafe desk_el_getc(handle) { unsafe LineEditor.owner(of: $0)?.next(into: $1) ?? 0 }
        bindKeys()
        open()
    }

    deinit {
        close()
        unsafe el_end(handle)
        unsafe history_end(past)
        unsafe fclose(nowhere)
    }

    /// Gives the terminal back as it was; the line being typed is wiped away.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        Console.write(wipe() + "\u{1b}[?2004l")
        unsafe desk_el_number(handle, EL_UNBUFFERED, 0)
    }

    /// Takes the terminal again after `close`, with an empty line.
    public func open() {
        isOpen = true
        Console.write("\u{1b}[?2004h")
        begin()
    }

    /// Drops the line being typed and leaves it on the screen with `^C` behind it.
    public func drop() {
        Console.write(wipe() + prompt + String(neutral: typed) + "^C\r\n")
        begin()
    }

    private var prompt: String { takesText ? "| " : "zuruf> " }

    /// Begins an empty line.
    private func begin() {
        unsafe desk_el_number(handle, EL_UNBUFFERED, 0)
        unsafe desk_el_number(handle, EL_UNBUFFERED, 1)
        draw()
    }

    /// Reads what standard input holds; false at its end. Entries are then taken with `next`.
    ///
    /// Where a line end is not the only byte, a paste without brackets may be under way: it is read until the terminal
    /// has been silent for 30 ms, so that its parts cannot be taken for typed lines.
    public func fill() -> Bool {
        var input: [UInt8] = []
        repeat {
            let bytes = Console.read()
            guard !bytes.isEmpty else { return false }
            input += bytes
        } while input.count > 1 && input.contains(where: \.isLineEnd)
            && !Console.wait(for: [STDIN_FILENO], milliseconds: 30).isEmpty
        strokes += keyboard.read(input)
        return true
    }

    /// The next entry that is complete, or nil until more is read.
    public func next() -> Entry? {
        while true {
            if !key.isEmpty {
                if let entry = press() { return entry }
                continue
            }
            switch strokes.popFirst() {
            case .key(let bytes): key = bytes[...]
            case .paste(let text): if let entry = paste(text) { return entry }
            case nil:
                if isStale { draw() }
                return nil
            }
        }
    }

    /// Lets libedit handle one key.
    private func press() -> Entry? {
        // libedit would say the same of ^D as of ^U in an empty line.
        if key == [0x04], typed.isEmpty {
            key = []
            return .end
        }
        let before = key.count
        let isSequence = key.first == 0x1B
        readOn = false
        isStale = true
        var count: Int32 = 0
        var text = unsafe el_gets(handle, &count)
        // The search ends with a key that it pushes back, to be handled like any other.
        while readOn {
            readOn = false
            isProbing = true
            unsafe text = el_gets(handle, &count)
            isProbing = false
        }
        // libedit reads a sequence only as far as it knows it; what is left of one is not text.
        if isSequence || key.count == before { key = [] }
        guard let text = unsafe text, count > 0 else { return nil }
        let line = unsafe Array(UnsafeRawBufferPointer(start: text, count: Int(count)))
        guard line.last == UInt8(ascii: "\n") else { return nil }
        remember(line.dropLast())
        Console.write(wipe() + prompt + String(neutral: line.dropLast()) + "\r\n")
        begin()
        return .line(line.dropLast())
    }

    /// Commands are remembered, but for those with a secret in them; texts are not.
    private func remember(_ line: ArraySlice<UInt8>) {
        guard !takesText, !line.allSatisfy(\.isBlank), !Outgoing.isSecret(line) else { return }
        _ = unsafe desk_history_text(past, H_ENTER, String(decoding: line, as: UTF8.self))
        if let historyFile { _ = unsafe desk_history_text(past, H_SAVE, historyFile) }
    }

    /// A paste of one line goes into the line being typed, without running it; of several it depends.
    private func paste(_ text: [UInt8]) -> Entry? {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isLineEnd).map(Array.init)
        let rest = lines.removeLast()
        guard takesText else {
            let count = lines.count + (rest.isEmpty ? 0 : 1)
            if count > 1 { return .refusedPaste(lines: count) }
            insert(lines.first ?? rest)
            return nil
        }
        if !lines.isEmpty {
            lines[0] = typed + lines[0]
            begin()
        }
        insert(rest)
        return lines.isEmpty ? nil : .pasted(lines)
    }

    /// Puts text where the cursor is.
    private func insert(_ text: [UInt8]) {
        let clean = Outgoing.cleaned(text).map { $0 == 0x09 ? UInt8(ascii: " ") : $0 }
        guard !clean.isEmpty else { return }
        _ = unsafe el_insertstr(handle, String(decoding: clean, as: UTF8.self))
        isStale = true
    }

    /// What stands in the line being typed.
    public var typed: [UInt8] {
        guard let line = unsafe el_line(handle), let start = unsafe line.pointee.buffer,
            let end = unsafe line.pointee.lastchar
        else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: end - start))
    }

    /// Prints whole lines above the one being typed, which reappears with the cursor where it was.
    ///
    /// The text must be neutral; lines are separated by `\n` and the last one has no ending.
    public func show(_ text: String) {
        Console.write(wipe() + text.replacing("\n", with: "\r\n") + "\r\n")
        draw()
    }

    /// Draws anew after the window changed its size.
    public func resize() {
        unsafe el_resize(handle)
        draw()
    }

    /// Draws prompt and line where the last drawing was, and puts the cursor into its place.
    private func draw() {
        let columns = Int(desk_columns())
        let (before, after) = content
        var text = wipe()
        drawn = []
        for scalar in prompt.unicodeScalars + before { drawn.append(Self.append(scalar, to: &text)) }
        let cursor = Self.caret(after: drawn, columns)
        var rest: [Int?] = []
        for scalar in after { rest.append(Self.append(scalar, to: &text)) }
        let end = Self.caret(after: drawn + rest, columns)
        // The terminal leaves a full row only when the next character comes.
        if end.column == 0, (drawn + rest).last != .some(nil) { text += "\r\n" }
        if end.row > cursor.row { text += "\u{1b}[\(end.row - cursor.row)A" }
        text += "\r" + (cursor.column > 0 ? "\u{1b}[\(cursor.column)C" : "")
        Console.write(text)
        isStale = false
    }

    /// What moves the cursor to where the drawing began and clears everything from there.
    private func wipe() -> String {
        let caret = Self.caret(after: drawn, Int(desk_columns()))
        drawn = []
        return "\r" + (caret.row > 0 ? "\u{1b}[\(caret.row)A" : "") + "\u{1b}[J"
    }

    private static func caret(after widths: [Int?], _ columns: Int) -> Caret {
        var caret = Caret(columns: columns)
        for width in widths {
            if let width { caret.pass(width: width) } else { caret.newLine() }
        }
        return caret
    }

    /// Adds what stands for a character on the screen and gives its width; nil for a line end, which the search draws.
    private static func append(_ scalar: Unicode.Scalar, to text: inout String) -> Int? {
        if scalar == "\n" {
            text += "\r\n"
            return nil
        }
        let shown = scalar == "\t" ? "\u{2409}" : scalar.picture ?? scalar
        text.unicodeScalars.append(shown)
        return max(0, Int(wcwidth(wchar_t(bitPattern: shown.value))))
    }

    /// What stands in the line, before and behind the cursor.
    private var content: (before: String.UnicodeScalarView, after: String.UnicodeScalarView) {
        guard let line = unsafe el_wline(handle), let start = unsafe line.pointee.buffer,
            let cursor = unsafe line.pointee.cursor, let end = unsafe line.pointee.lastchar
        else { return ("".unicodeScalars, "".unicodeScalars) }
        return unsafe (Self.scalars(start, cursor), Self.scalars(cursor, end))
    }

    private static func scalars(_ start: UnsafePointer<wchar_t>, _ end: UnsafePointer<wchar_t>)
        -> String.UnicodeScalarView
    {
        let characters = unsafe UnsafeBufferPointer(start: start, count: end - start)
        return unsafe String.UnicodeScalarView(
            characters.map { Unicode.Scalar(UInt32(bitPattern: $0)) ?? "\u{FFFD}" })
    }
}

// What libedit calls back.
extension LineEditor {
    private static func owner(of handle: OpaquePointer?) -> LineEditor? {
        guard let owner = unsafe desk_el_owned(handle) else { return nil }
        return unsafe Unmanaged<LineEditor>.fromOpaque(owner).takeUnretainedValue()
    }

    /// Hands over the next character; libedit's reader returns 1 for one, 0 at the end.
    private func next(into slot: UnsafeMutablePointer<wchar_t>?) -> Int32 {
        if key.isEmpty, isProbing { return -1 }
        while key.isEmpty {
            // Only the search and the quoted key get here: they ask for keys until they are done.
            readOn = true
            if strokes.isEmpty { draw() }
            if case .key(let bytes)? = strokes.popFirst() {
                key = bytes[...]
            } else if strokes.isEmpty, !fill() {
                return 0
            }
        }
        let wanted = key[key.startIndex] >= 0x80 ? key.count : 1
        let scalar = String(decoding: key.prefix(wanted), as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
        key = key.dropFirst(wanted)
        unsafe slot?.pointee = wchar_t(bitPattern: scalar.value)
        return 1
    }

    private func bindKeys() {
        for (key, function) in [
            ("^D", "ed-delete-next-char"), ("^R", "em-inc-search-prev"), ("^W", "ed-delete-prev-word"),
            ("\\e[3~", "ed-delete-next-char"), ("\\e[1;5C", "em-next-word"), ("\\e[1;5D", "ed-prev-word"),
        ] { unsafe desk_el_bind(handle, key, function) }
    }
}
