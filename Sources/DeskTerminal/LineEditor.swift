import CEdit
import Glibc

/// A line editor with history that lets output appear above the line being typed at any time.
///
/// ```
///   stdin ─ fill ─→ Keyboard ─ strokes ─→ next ─┬─ key ──→ libedit ─→ .line, .end
///                                               └─ paste ─→ into the line, .pasted or .refusedPaste
///   show(text): erase the drawn line, print, redraw the line
/// ```
/// libedit edits, but its own drawing goes to /dev/null: it assumes that nothing else writes to the screen, and
/// misplaces the cursor where a wide character meets the right margin. This type redraws the whole line each time.
///
/// It reads standard input itself and passes libedit one complete key at a time. Nothing blocks except the incremental
/// search (^R) and quoted insert (^V), for which libedit reads further keys. Use it on one thread. The terminal is in
/// raw mode between `init` or `open` and `close`.
@safe public final class LineEditor {
    /// A completed input.
    public enum Entry: Sendable, Equatable {
        /// A line, ended by Enter; without its line ending.
        case line([UInt8])
        /// The complete lines of a paste into an open block. Text after the last line ending stays in the editor.
        case pasted([[UInt8]])
        /// A paste of several lines outside of a block; it was discarded.
        case refusedPaste(lines: Int)
        /// ^D on an empty line.
        case end
    }

    private let handle: OpaquePointer
    private let history: OpaquePointer
    private let historyFile: String?
    private let devNull: UnsafeMutablePointer<FILE>
    private var isOpen = false
    /// The column widths of the characters drawn before the cursor; nil is a line ending.
    private var drawnWidths: [Int?] = []
    private var keyboard = Keyboard()
    private var strokes: ArraySlice<Keyboard.Stroke> = []
    private var key: ArraySlice<UInt8> = []
    private var needsRedraw = false
    /// Whether libedit has asked for more keys than the one it was passed.
    private var wantsMoreKeys = false
    /// Whether a request for a key that is not there fails instead of reading one.
    private var isProbing = false

    /// Whether a block is open: the prompt is `| `, and pastes of several lines are accepted.
    public var takesText = false {
        didSet { if takesText != oldValue { beginLine() } }
    }

    /// Switches the terminal on standard input and output to raw mode and draws the prompt.
    ///
    /// `file` stores the history, at most 1000 lines; with nil it is not stored. Throws `unusable`, and leaves the
    /// terminal unchanged, if it does not support line editing.
    public init(history file: String?) throws(TerminalError) {
        guard Console.isTerminal, let devNull = unsafe fopen("/dev/null", "we") else { throw .unusable }
        guard let editor = unsafe desk_el_init("zuruf", devNull) else {
            unsafe fclose(devNull)
            throw .unusable
        }
        guard let history = unsafe history_init() else {
            unsafe el_end(editor)
            unsafe fclose(devNull)
            throw .unusable
        }
        unsafe self.devNull = unsafe devNull
        unsafe handle = editor
        unsafe self.history = history
        historyFile = file
        unsafe desk_history_number(history, H_SETSIZE, 1000)
        unsafe desk_history_number(history, H_SETUNIQUE, 1)
        if let file { _ = unsafe desk_history_text(history, H_LOAD, file) }
        unsafe desk_el_owner(handle, Unmanaged.passUnretained(self).toOpaque())
        unsafe desk_el_text(handle, EL_EDITOR, "emacs")
        unsafe desk_el_history(handle, history)
        unsafe desk_el_number(handle, EL_SIGNAL, 0)
        unsafe desk_el_getc(handle) { unsafe LineEditor.owner(of: $0)?.next(into: $1) ?? 0 }
        bindKeys()
        open()
    }

    deinit {
        close()
        unsafe el_end(handle)
        unsafe history_end(history)
        unsafe fclose(devNull)
    }

    /// Restores the terminal mode and erases the line being typed.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        Console.write(erase() + "\u{1b}[?2004l")
        unsafe desk_el_number(handle, EL_UNBUFFERED, 0)
    }

    /// Switches to raw mode again after `close`, with an empty line.
    public func open() {
        isOpen = true
        Console.write("\u{1b}[?2004h")
        beginLine()
    }

    /// Discards the line being typed; it stays on the screen, followed by `^C`.
    public func discardLine() {
        Console.write(erase() + prompt + String(neutral: typed) + "^C\r\n")
        beginLine()
    }

    private var prompt: String { takesText ? "| " : "zuruf> " }

    /// Starts an empty line and draws it.
    private func beginLine() {
        unsafe desk_el_number(handle, EL_UNBUFFERED, 0)
        unsafe desk_el_number(handle, EL_UNBUFFERED, 1)
        draw()
    }

    /// Reads from standard input; returns false at its end. Take the entries with `next`.
    ///
    /// A line ending together with other bytes may be part of a paste without brackets. Reading then continues until
    /// 30 ms pass without input, so that the parts of a paste are not taken for typed lines.
    public func fill() -> Bool {
        var input: [UInt8] = []
        repeat {
            let bytes = Console.read()
            guard !bytes.isEmpty else { return false }
            input += bytes
        } while input.count > 1 && input.contains(where: \.isLineEnd)
            && !Console.wait(for: [STDIN_FILENO], timeout: .milliseconds(30)).isEmpty
        strokes += keyboard.read(input)
        return true
    }

    /// The next complete entry; nil if more input is needed.
    public func next() -> Entry? {
        while true {
            if !key.isEmpty {
                if let entry = handleKey() { return entry }
                continue
            }
            switch strokes.popFirst() {
            case .key(let bytes): key = bytes[...]
            case .paste(let text): if let entry = paste(text) { return entry }
            case nil:
                if needsRedraw { draw() }
                return nil
            }
        }
    }

    /// Passes one key to libedit.
    private func handleKey() -> Entry? {
        // libedit reports ^D on an empty line in the same way as ^U.
        if key == [0x04], typed.isEmpty {
            key = []
            return .end
        }
        let before = key.count
        let isSequence = key.first == 0x1B
        wantsMoreKeys = false
        needsRedraw = true
        var count: Int32 = 0
        var text = unsafe el_gets(handle, &count)
        // The key that ends an incremental search is pushed back; let libedit handle it as an ordinary key.
        while wantsMoreKeys {
            wantsMoreKeys = false
            isProbing = true
            unsafe text = el_gets(handle, &count)
            isProbing = false
        }
        // libedit reads an escape sequence only as far as it recognizes it; the rest is not text.
        if isSequence || key.count == before { key = [] }
        guard let text = unsafe text, count > 0 else { return nil }
        let line = unsafe Array(UnsafeRawBufferPointer(start: text, count: Int(count)))
        guard line.last == UInt8(ascii: "\n") else { return nil }
        addToHistory(line.dropLast())
        Console.write(erase() + prompt + String(neutral: line.dropLast()) + "\r\n")
        beginLine()
        return .line(line.dropLast())
    }

    /// Adds a command to the history, unless it contains a secret. Text of blocks is not added.
    private func addToHistory(_ line: ArraySlice<UInt8>) {
        guard !takesText, !line.allSatisfy(\.isBlank), !CommandEncoder.isSecret(line) else { return }
        _ = unsafe desk_history_text(history, H_ENTER, String(decoding: line, as: UTF8.self))
        if let historyFile { _ = unsafe desk_history_text(history, H_SAVE, historyFile) }
    }

    /// Inserts a paste of one line into the line being typed, without executing it. Several lines are accepted only in
    /// a block.
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
            beginLine()
        }
        insert(rest)
        return lines.isEmpty ? nil : .pasted(lines)
    }

    /// Inserts text at the cursor.
    private func insert(_ text: [UInt8]) {
        let clean = CommandEncoder.cleaned(text).map { $0 == 0x09 ? UInt8(ascii: " ") : $0 }
        guard !clean.isEmpty else { return }
        _ = unsafe el_insertstr(handle, String(decoding: clean, as: UTF8.self))
        needsRedraw = true
    }

    /// The line being typed.
    public var typed: [UInt8] {
        guard let line = unsafe el_line(handle), let start = unsafe line.pointee.buffer,
            let end = unsafe line.pointee.lastchar
        else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: end - start))
    }

    /// Prints lines above the line being typed and redraws that line, cursor included.
    ///
    /// The text must be `String(neutral:)`; lines are separated by `\n`, and the last one has no line ending.
    public func show(_ text: String) {
        Console.write(erase() + text.replacing("\n", with: "\r\n") + "\r\n")
        draw()
    }

    /// Redraws the line after the window size has changed.
    public func resize() {
        unsafe el_resize(handle)
        draw()
    }

    /// Draws the prompt and the line in place of the previous drawing and positions the cursor.
    private func draw() {
        let columns = Int(desk_columns())
        let (before, after) = content
        var text = erase()
        drawnWidths = []
        for scalar in prompt.unicodeScalars + before { drawnWidths.append(Self.append(scalar, to: &text)) }
        let cursor = Self.position(after: drawnWidths, columns)
        var rest: [Int?] = []
        for scalar in after { rest.append(Self.append(scalar, to: &text)) }
        let end = Self.position(after: drawnWidths + rest, columns)
        // A terminal wraps a full row only when the next character is written.
        if end.column == 0, (drawnWidths + rest).last != .some(nil) { text += "\r\n" }
        if end.row > cursor.row { text += "\u{1b}[\(end.row - cursor.row)A" }
        text += "\r" + (cursor.column > 0 ? "\u{1b}[\(cursor.column)C" : "")
        Console.write(text)
        needsRedraw = false
    }

    /// The escape sequences that move the cursor to the start of the drawing and clear the screen from there.
    private func erase() -> String {
        let start = Self.position(after: drawnWidths, Int(desk_columns()))
        drawnWidths = []
        return "\r" + (start.row > 0 ? "\u{1b}[\(start.row)A" : "") + "\u{1b}[J"
    }

    private static func position(after widths: [Int?], _ columns: Int) -> CursorPosition {
        var position = CursorPosition(columns: columns)
        for width in widths {
            if let width { position.advance(width: width) } else { position.newLine() }
        }
        return position
    }

    /// Appends the printable form of a character and returns its width in columns; nil for a line ending, which
    /// libedit's incremental search puts into the line.
    private static func append(_ scalar: Unicode.Scalar, to text: inout String) -> Int? {
        if scalar == "\n" {
            text += "\r\n"
            return nil
        }
        let shown = scalar == "\t" ? "\u{2409}" : scalar.replacement ?? scalar
        text.unicodeScalars.append(shown)
        return max(0, Int(wcwidth(wchar_t(bitPattern: shown.value))))
    }

    /// The line being typed, before and after the cursor.
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

// Callbacks of libedit.
extension LineEditor {
    private static func owner(of handle: OpaquePointer?) -> LineEditor? {
        guard let owner = unsafe desk_el_owned(handle) else { return nil }
        return unsafe Unmanaged<LineEditor>.fromOpaque(owner).takeUnretainedValue()
    }

    /// Stores the next character of the key in `slot` and returns 1; 0 at the end of input, -1 if there is no key and
    /// `isProbing` (editline(3), EL_GETCFN).
    private func next(into slot: UnsafeMutablePointer<wchar_t>?) -> Int32 {
        if key.isEmpty, isProbing { return -1 }
        while key.isEmpty {
            // Only incremental search and quoted insert request further keys.
            wantsMoreKeys = true
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
