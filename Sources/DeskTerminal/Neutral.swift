extension String {
    /// The text of a line that came from elsewhere, with everything that could steer a terminal made visible.
    ///
    /// Control characters become their pictures (ESC is shown as ␛), C1 controls, line separators and the overrides
    /// of writing direction become U+FFFD, and so does what is not UTF-8. A tab stays. The desk sends none of these;
    /// a terminal must not depend on that.
    public init(neutral bytes: some Collection<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.unicodeScalars.contains(where: { $0.picture != nil }) else {
            self = text
            return
        }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(scalar.picture ?? scalar) }
        self.init(scalars)
    }
}

extension Unicode.Scalar {
    /// What stands for this scalar where it would steer the terminal, or nil if it may be printed as it is.
    var picture: Unicode.Scalar? {
        switch value {
        case 0x09: nil
        case 0x00...0x1F: Unicode.Scalar(0x2400 + value)
        case 0x7F: "\u{2421}"
        case 0x80...0x9F, 0x2028...0x202E, 0x2066...0x2069: "\u{FFFD}"
        default: nil
        }
    }
}
