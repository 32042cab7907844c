import DeskMail
import DeskPost

/// libFuzzer: one mail, read as the worker reads it; what comes out keeps every promise of `ReadMail`.
@_cdecl("LLVMFuzzerTestOneInput")
public func one(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let raw = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    guard let reader = try? MailReader() else { return 0 }
    let mail = reader.read(raw)
    precondition(mail == mail.bounded(), "a mail is read within its bounds")
    let frame = WorkerAnswer.mail(mail).frame()
    precondition((try? WorkerAnswer(frame: Array(frame[4...]))) == .mail(mail), "the desk can read what was read")
    let rules = MachineRules(mail, hasNullSender: false)
    _ = (rules.suppression, rules.machine)
    ContentDigest.feed(raw) { _ in }
    return 0
}
