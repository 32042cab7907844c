import DeskModel
import DeskTestSupport
import Synchronization
import Testing

@testable import DeskStore

@Suite struct MailTests {
    let folder = Folder()

    private func archive() throws -> MailArchive {
        try MailArchive(path: folder.files.mail, hashing: .system)
    }

    @Test func `a mail is found by the digest of its bytes, and kept once`() throws {
        let archive = try archive()
        let raw = Array("From: a@b\r\n\r\nHello\r\n".utf8)
        let digest = try archive.put(raw)
        #expect(digest == Hashing.system.hash(raw, []))
        #expect(try archive.put(raw) == digest)
        let reader = try MailReader(path: folder.files.mail)
        #expect(try reader.raw(digest) == .intact(raw))
        #expect(try reader.raw(.zero) == .missing)
        #expect(try folder.integer("mail.db", "SELECT count(*) FROM raw") == 1)
    }

    @Test func `a mail of 25 MiB is kept and read`() throws {
        var dice = Dice(seed: 1)
        var raw = [UInt8](repeating: 0, count: 25 << 20)
        for index in stride(from: 0, to: raw.count, by: 1000) { raw[index] = UInt8(truncatingIfNeeded: dice.next()) }
        let digest = try archive().put(raw)
        #expect(try MailReader(path: folder.files.mail).raw(digest) == .intact(raw))
    }

    @Test func `an empty mail is a mail`() throws {
        let digest = try archive().put([])
        #expect(try MailReader(path: folder.files.mail).raw(digest) == .intact([]))
    }

    @Test func `what no event names is swept, and what one names stays for ever`() throws {
        let archive = try archive()
        let digests = try (0..<4).map { try archive.put([UInt8($0)]) }
        try archive.claim([digests[0]])
        var asked: [Digest] = []
        let named = digests[1]
        let swept = try archive.sweep { digest in
            asked.append(digest)
            return digest == named
        }
        #expect(swept == 2)
        #expect(Set(asked) == Set(digests.dropFirst()))
        let reader = try MailReader(path: folder.files.mail)
        #expect(try digests.map { try reader.raw($0) } == [.intact([0]), .intact([1]), .missing, .missing])
        #expect(try archive.sweep { _ in false } == 0)
        #expect(try archive.put([2]) == digests[2])
        #expect(try archive.sweep { _ in false } == 1)
    }

    @Test func `a sweep that cannot ask deletes nothing`() throws {
        let archive = try archive()
        let digest = try archive.put([1])
        #expect(throws: StoreError.corrupt("desk.db is gone")) {
            _ = try archive.sweep { _ throws(StoreError) in throw .corrupt("desk.db is gone") }
        }
        #expect(try MailReader(path: folder.files.mail).raw(digest) == .intact([1]))
    }

    @Test func `our mail is composed once`() throws {
        let archive = try archive()
        let ours = Outgoing.sample(7)
        _ = try archive.write([.composed(ours, [1, 2, 3])])
        _ = try archive.write([.composed(ours, [9])])
        let reader = try MailReader(path: folder.files.mail)
        #expect(try reader.composed(for: ours) == .intact([1, 2, 3]))
        #expect(try reader.composed(for: .sample(8)) == .missing)
    }

    @Test func `the keeper tells each mail where it lies, once it is durable`() throws {
        _ = try archive()
        let keeper = MailKeeper(path: folder.files.mail, hashing: .system)
        let told = Mutex<[Int: Digest]>([:])
        for number in 0..<200 {
            keeper.put(Array("mail \(number)".utf8)) { result in
                if case .success(let digest) = result { told.withLock { $0[number] = digest } }
            }
        }
        let composed = Atomic<Bool>(false)
        keeper.keep(composed: [5], for: .sample(5)) { if $0 == nil { composed.store(true, ordering: .relaxed) } }
        keeper.claim([Hashing.system.hash(Array("mail 3".utf8), [])])
        keeper.stop()
        let reader = try MailReader(path: folder.files.mail)
        let digests = told.withLock { $0 }
        #expect(digests.count == 200)
        for (number, digest) in digests { #expect(try reader.raw(digest) == .intact(Array("mail \(number)".utf8))) }
        let isComposed = composed.load(ordering: .relaxed)
        #expect(isComposed)
        #expect(try reader.composed(for: .sample(5)) == .intact([5]))
        #expect(try folder.integer("mail.db", "SELECT count(*) FROM pending") == 199)
    }

    @Test func `a mail for which there is no room fails alone, and the next one is kept`() throws {
        let archive = try archive()
        #expect(try archive.database.integer("PRAGMA max_page_count = 20") == 20)
        #expect {
            _ = try archive.write([.raw([1]), .raw(Array(repeating: 0, count: 200_000))])
        } throws: { error in
            if case StoreError.full = error { true } else { false }
        }
        #expect(try archive.put([2]) == Hashing.system.hash([2], []))
        #expect(try folder.integer("mail.db", "SELECT count(*) FROM raw") == 1)
    }

    @Test func `a keeper without a file fails each mail and stays`() throws {
        let keeper = MailKeeper(path: folder.path + "/missing/mail.db", hashing: .system)
        let failed = Atomic<Int>(0)
        for number in 0..<5 {
            keeper.put([UInt8(number)]) { result in
                if case .failure = result { failed.add(1, ordering: .relaxed) }
            }
        }
        keeper.stop()
        let count = failed.load(ordering: .relaxed)
        #expect(count == 5)
    }
}

extension MailArchive {
    fileprivate func put(_ raw: [UInt8]) throws(StoreError) -> Digest {
        try write([.raw(raw)])[0]
    }

    fileprivate func claim(_ digests: [Digest]) throws(StoreError) {
        _ = try write([.claimed(digests)])
    }
}
