import CGMime
import DeskMail

/// GMime's strings and lists as Swift values. Nothing here keeps a pointer.
enum GMimeValues {
    /// A string that GMime keeps.
    static func text(_ borrowed: UnsafePointer<CChar>?) -> String {
        unsafe borrowed.map { unsafe String(cString: $0) } ?? ""
    }

    /// A string that GMime gives away.
    static func text(taking owned: UnsafeMutablePointer<CChar>?) -> String {
        guard let owned = unsafe owned else { return "" }
        defer { unsafe g_free(owned) }
        return unsafe String(cString: owned)
    }

    /// The mailboxes of a list, those within groups too; a group within a group names nobody.
    static func addresses(_ list: UnsafeMutablePointer<InternetAddressList>?) -> [MailAddress] {
        var found: [MailAddress] = []
        unsafe collect(list, into: &found, depth: 0)
        return found
    }

    private static func collect(
        _ list: UnsafeMutablePointer<InternetAddressList>?, into found: inout [MailAddress], depth: Int
    ) {
        guard let list = unsafe list, depth < 2 else { return }
        for index in 0..<max(0, unsafe internet_address_list_length(list)) {
            guard found.count < MailLimits.addresses,
                let entry = unsafe internet_address_list_get_address(list, index)
            else { return }
            if unsafe desk_is_mailbox(entry) != 0 {
                let address = unsafe text(internet_address_mailbox_get_addr(desk_mailbox(entry)))
                guard !address.isEmpty else { continue }
                let name = unsafe text(internet_address_get_name(entry))
                found.append(decoded(address) ?? MailAddress(name: name, address: ascii(address)))
            } else if unsafe desk_is_group(entry) != 0 {
                unsafe collect(internet_address_group_get_members(desk_group(entry)), into: &found, depth: depth + 1)
            }
        }
    }

    /// The name and address in one encoded word, as some programs write a whole field (RFC 2047 §5 forbids it).
    private static func decoded(_ address: String) -> MailAddress? {
        guard address.hasPrefix("=?"), address.hasSuffix("?=") else { return nil }
        return LooseAddress.find(in: unsafe text(taking: g_mime_utils_header_decode_text(nil, address)))
    }

    /// The address with its domain as A-label (RFC 5890), so that two spellings are one customer.
    private static func ascii(_ address: String) -> String {
        guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")), !address.utf8.allSatisfy({ $0 < 0x80 }) else {
            return address
        }
        let domain = unsafe text(taking: g_hostname_to_ascii(String(address[address.index(after: at)...])))
        return domain.isEmpty ? address : address[...at] + domain
    }
}
