@_spi(_Unicode) import Swift

/// What of a password counts.
public enum Password {
    /// The password as keys are made of it: the profile OpaqueString of RFC 8265 §4.2, so that it can be typed on any
    /// keyboard and system. Blanks of any kind (Zs) become U+0020, then the text is put into Unicode's Normalization
    /// Form C; letter case and widths stay.
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
