/// Names of files as strangers send them.
enum FileName {
    /// The last path component without control characters; a name like `..` names nothing.
    static func safe(_ name: String) -> String {
        let last = name.utf8.split { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }.last ?? name.utf8[...]
        let bytes = last.filter { $0 >= 0x20 && $0 != 0x7F }
        let text = String(decoding: bytes, as: UTF8.self).trimmingBlanks
        return text == "." || text == ".." ? "" : text
    }
}
