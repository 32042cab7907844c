extension String {
    /// Decodes untrusted text so that it cannot control the terminal.
    ///
    /// Control characters are replaced by their control pictures (ESC by ␛); C1 controls, line separators,
    /// bidirectional controls and invalid UTF-8 by U+FFFD. Tabs are kept. The server filters these as well; the client
    /// does not rely on that.
    public init(neutral bytes: some Collection<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.unicodeScalars.contains(where: { $0.replacement != nil }) else {
            self = text
            return
        }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(scalar.replacement ?? scalar) }
        self.init(scalars)
    }
}

extension Unicode.Scalar {
    /// The replacement for a scalar that would control the terminal; nil if it can be printed.
    var replacement: Unicode.Scalar? {
        switch value {
        case 0x09: nil
        case 0x00...0x1F: Unicode.Scalar(0x2400 + value)
        case 0x7F: "\u{2421}"
        case 0x80...0x9F, 0x2028...0x202E, 0x2066...0x2069: "\u{FFFD}"
        default: nil
        }
    }
}
