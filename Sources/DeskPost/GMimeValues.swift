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

    /// The bytes of the first field of that name as they are in the mail, folds included; nil if there is none.
    static func raw(_ name: String, of object: UnsafeMutablePointer<GMimeObject>) -> [UInt8]? {
        guard let list = unsafe g_mime_object_get_header_list(object),
            let header = unsafe g_mime_header_list_get_header(list, name)
        else { return nil }
        return unsafe raw(header)
    }

    /// Name and raw value of every field in its order.
    static func fields(of object: UnsafeMutablePointer<GMimeObject>) -> [(name: String, raw: [UInt8])] {
        guard let list = unsafe g_mime_object_get_header_list(object) else { return [] }
        return (0..<max(0, unsafe g_mime_header_list_get_count(list))).compactMap { index in
            guard let header = unsafe g_mime_header_list_get_header_at(list, index) else { return nil }
            return unsafe (text(g_mime_header_get_name(header)), raw(header))
        }
    }

    private static func raw(_ header: UnsafeMutablePointer<GMimeHeader>) -> [UInt8] {
        guard let value = unsafe g_mime_header_get_raw_value(header) else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: value, count: strlen(value)))
    }

    /// The mailboxes of an address field, those within groups too; what is beyond the bound is taken down in `cuts`.
    static func addresses(_ value: [UInt8], _ options: OpaquePointer, _ cuts: inout Cuts) -> [MailAddress] {
        let list = unsafe (value + [0]).withUnsafeBytes { bytes in
            unsafe internet_address_list_parse(options, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        defer { unsafe desk_unref(list) }
        var found: [MailAddress] = []
        unsafe collect(list, into: &found, depth: 0, &cuts)
        return found
    }

    private static func collect(
        _ list: UnsafeMutablePointer<InternetAddressList>?, into found: inout [MailAddress], depth: Int,
        _ cuts: inout Cuts
    ) {
        guard let list = unsafe list else { return }
        let count = Int(max(0, unsafe internet_address_list_length(list)))
        // A group within a group names nobody (RFC 5322 §3.4).
        guard depth < 2 else { return cuts.leaveOut(count, of: .addresses) }
        for index in 0..<count {
            guard found.count < Bound.addresses.maximum else {
                return cuts.leaveOut(count - index, of: .addresses)
            }
            guard let entry = unsafe internet_address_list_get_address(list, Int32(index)) else { continue }
            if unsafe desk_is_mailbox(entry) != 0 {
                let address = unsafe text(internet_address_mailbox_get_addr(desk_mailbox(entry)))
                // `<mailto:weber@kunde.example>` is written, and is no address.
                guard !address.isEmpty, !address.lowercased().hasPrefix("mailto:") else { continue }
                let name = unsafe text(internet_address_get_name(entry))
                found.append(MailAddress(name: name, address: ascii(address)))
            } else if unsafe desk_is_group(entry) != 0 {
                unsafe collect(
                    internet_address_group_get_members(desk_group(entry)), into: &found, depth: depth + 1, &cuts)
            }
        }
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
