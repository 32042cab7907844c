import DeskCrypto
import DeskModel

extension Database {
    /// The SHA-256 of `prefix` and a stored value, which never is in memory as a whole; `nil` if there is no such row.
    func digest(
        of table: String, _ column: String, row: Int64, count: Int, after prefix: [UInt8] = []
    ) throws(StoreError) -> Digest? {
        var hash = SHA256()
        hash.update(prefix)
        var start = 0
        repeat {
            let end = min(start + Database.sliceSize, count)
            guard let bytes = try slice(of: table, column, row: row, start..<end) else { return nil }
            hash.update(bytes)
            start = end
        } while start < count
        return hash.finish()
    }

    private static var sliceSize: Int { 64 << 10 }
}
