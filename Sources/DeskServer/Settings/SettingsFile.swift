/// What is wrong with the settings, and where.
struct SettingsError: Error, Equatable, CustomStringConvertible {
    /// `FILE:LINE:COLUMN` or `--WORD`.
    let place: String
    /// One sentence, no full stop.
    let text: String

    /// `zuruf.conf:3:1: …`
    var description: String { "\(place): \(text)" }
}

/// The configuration file: a word and its value a line, values with blanks in double quotes, `#` begins a comment.
///
/// Strict: an unknown word, a value that makes no sense, a word said twice are errors, told with line and column
/// (from 1, in bytes), and nothing of the file counts.
struct SettingsFile {
    private let name: String
    private let bytes: [UInt8]
    private var line = 1
    private var said: [String: Int] = [:]

    init(name: String, bytes: [UInt8]) {
        self.name = name
        // Editors of other systems begin UTF-8 with a byte order mark.
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    }

    /// Takes all of the file's words over.
    mutating func apply(to settings: inout Settings) throws(SettingsError) {
        var changed = settings
        for text in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let words = try self.words(of: text.last == UInt8(ascii: "\r") ? text.dropLast() : text)
            if let first = words.first { try take(first, Array(words.dropFirst()), into: &changed) }
            line += 1
        }
        settings = changed
    }

    private struct Word {
        let text: String
        let column: Int
    }

    private mutating func take(_ word: Word, _ values: [Word], into settings: inout Settings) throws(SettingsError) {
        guard let setting = SettingWord.named(word.text) else {
            throw error(word.column, "unknown word \(Log.quoted(word.text))")
        }
        guard let value = values.first else {
            throw error(word.column, "\(setting.name) needs a value: \(setting.form)")
        }
        if values.count > 1 {
            throw error(values[1].column, "\(setting.name) takes one value: put one with blanks in double quotes")
        }
        let before = said.updateValue(line, forKey: setting.name)
        if let before, !setting.isList {
            throw error(word.column, "\(setting.name) is set in line \(before) already")
        }
        do {
            try setting.set(&settings, value.text, before == nil)
        } catch {
            throw self.error(value.column, "\(setting.name) expects \(error.text)")
        }
    }

    private func words(of text: ArraySlice<UInt8>) throws(SettingsError) -> [Word] {
        var words: [Word] = []
        var rest = text
        while true {
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard let first = rest.first, first != UInt8(ascii: "#") else { return words }
            let column = rest.startIndex - text.startIndex + 1
            if first == UInt8(ascii: "\"") {
                let inside = rest.dropFirst()
                guard let end = inside.firstIndex(of: UInt8(ascii: "\"")) else {
                    throw error(column, "the closing quote is missing")
                }
                words.append(try word(inside[..<end], column))
                rest = inside[(end + 1)...]
                if let next = rest.first, next != UInt8(ascii: " "), next != UInt8(ascii: "\t") {
                    throw error(rest.startIndex - text.startIndex + 1, "a blank is missing after the closing quote")
                }
            } else {
                let end = rest.firstIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } ?? rest.endIndex
                words.append(try word(rest[..<end], column))
                rest = rest[end...]
            }
        }
    }

    private func word(_ bytes: ArraySlice<UInt8>, _ column: Int) throws(SettingsError) -> Word {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw error(column, "this is not UTF-8 text") }
        guard SettingValue.isPrintable(text) else { throw error(column, "control characters are not allowed") }
        return Word(text: text, column: column)
    }

    private func error(_ column: Int, _ text: String) -> SettingsError {
        SettingsError(place: "\(name):\(line):\(column)", text: text)
    }
}

extension Settings {
    /// Takes the options of `serve` over, the last one of a word counts.
    mutating func apply(options: [(name: String, value: String)]) throws(SettingsError) {
        var said: Set<String> = []
        for option in options {
            guard let setting = SettingWord.named(option.name) else {
                throw SettingsError(place: "--\(option.name)", text: "there is no such option")
            }
            do {
                try setting.set(&self, option.value, said.insert(setting.name).inserted)
            } catch {
                throw SettingsError(place: "--\(option.name)", text: "expected \(error.text)")
            }
        }
    }
}
