import CGMime
import Glibc

/// Finding lines in the bytes of a message at the speed of the C library.
extension [UInt8] {
    /// Where the byte is found first at or behind `start`.
    func index(of byte: UInt8, from start: Int) -> Int? {
        guard start < count else { return nil }
        return unsafe withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress,
                let found = unsafe memchr(base + start, Int32(byte), bytes.count - start)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }

    /// Where the line behind the one at `start` begins, or the end of the bytes.
    func nextLine(after start: Int) -> Int {
        index(of: 0x0A, from: start).map { $0 + 1 } ?? count
    }

    /// Where the first line at or behind the line at `start` begins that begins with two dashes.
    func dashLine(from start: Int) -> Int? {
        let dash = UInt8(ascii: "-")
        if start + 1 < count, self[start] == dash, self[start + 1] == dash { return start }
        guard start < count else { return nil }
        return unsafe withUnsafeBytes { bytes in
            guard let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
            let found = unsafe desk_find(base + start, bytes.count - start, "\n--", 3)
            return found < 0 ? nil : start + found + 1
        }
    }

    /// Where the line after the first `maximum` lines begins; nil if there are no more of them.
    func end(ofLines maximum: Int) -> Int? {
        // Only then can there be that many.
        guard count > maximum else { return nil }
        return unsafe withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var at = 0
            for _ in 0..<maximum {
                guard let found = unsafe memchr(base + at, 0x0A, bytes.count - at) else { return nil }
                at = unsafe UnsafeRawPointer(found) - base + 1
            }
            return at < bytes.count ? at : nil
        }
    }

    /// Whether the bytes at `start` are those of `other`.
    func has(_ other: [UInt8], at start: Int) -> Bool {
        guard other.count <= count - start else { return false }
        return unsafe withUnsafeBytes { bytes in
            unsafe other.withUnsafeBytes { other in
                guard let base = bytes.baseAddress, let wanted = other.baseAddress else { return true }
                return unsafe memcmp(base + start, wanted, other.count) == 0
            }
        }
    }
}
