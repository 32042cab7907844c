@_spi(_Unicode) import Swift

/// Preparation of passwords.
public enum Password {
    /// The form from which keys are derived: the OpaqueString profile of RFC 8265 §4.2, so that keyboards and systems
    /// that encode a character differently agree. Space separators (Zs) become U+0020, then the text is normalized to
    /// NFC; case and width are kept.
    public static func prepared(_ password: String) -> String {
        var blanks = String.UnicodeScalarView()
        for scalar in password.unicodeScalars {
            blanks.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
        }
        var prepared = String.UnicodeScalarView()
        prepared.append(contentsOf: String(blanks)._nfc)
        return String(prepared)
    }
}
