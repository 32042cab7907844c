import DeskCrypto
import DeskModel

extension Database {
    /// The SHA-256 of `prefix` and a stored value, which never is in memory as a whole; `nil` if there is no such row.
    func digest(
        of table: String, _ column: String, row: Int64, count: Int, after prefix: [UInt8] = []
    ) throws(StoreError) -> Digest? {
        var hash = SHA256()
        hash.update(prefix)
        let isThere = try slices(of: table, column, row: row, 0..<count, size: Database.sliceSize) { hash.update($0) }
        return isThere ? hash.finish() : nil
    }

    private static var sliceSize: Int { 64 << 10 }
}
