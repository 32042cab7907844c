/// The maxima that the desk's decoder holds a worker to; what is cut to them is a `Bound`.
///
/// The reader's numbers follow from what hostile mails cost the parser: beyond them time or memory grows faster
/// than the mail.
public enum MailLimits {
    /// Largest raw mail that a worker accepts, in bytes; the desk's own limit is lower and a setting.
    public static let rawMail = 50 << 20
    /// Lines of a message; 25 MB of base64 have 350,000.
    public static let lines = 600_000
    /// Header fields that are kept of one mail.
    public static let fields = 1000
    /// Bytes of all kept header fields together.
    public static let headerBytes = 256 << 10
    /// Bytes of the name or the value of one header field: some servers write 10 KB of their own.
    public static let field = 64 << 10
    /// Bytes of one single-line value.
    public static let line = 4096
    /// Bytes of a mail's shown text.
    public static let text = 1 << 20
    /// Segments into which a text is cut.
    public static let segments = 2000
    /// Addresses of one header field.
    public static let addresses = 1000
    /// Message-IDs of one kind.
    public static let messageIDs = 100
    /// Bytes between the angle brackets of a Message-ID.
    public static let messageID = 250
    /// Parts of a mail that are looked at.
    public static let parts = 500
    /// Depth of nested parts that are looked at.
    public static let depth = 32
    /// Bytes of one email address (RFC 5321 §4.5.3.1.3 allows 254 in a path).
    public static let address = 254
    /// Largest answer of a worker, in bytes.
    public static let answer = 8 << 20
    /// Largest mail that the desk writes, in bytes.
    public static let outgoing = 1 << 20
}
