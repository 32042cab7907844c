import DeskMail

/// libFuzzer: one frame as a hijacked worker might write it; it is refused, or says the same when it is written again.
@_cdecl("LLVMFuzzerTestOneInput")
public func one(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let frame = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    if let answer = try? WorkerAnswer(frame: frame) {
        let again = try? WorkerAnswer(frame: Array(answer.frame()[4...]))
        if case .mail(let mail) = answer {
            precondition(again == .mail(mail.bounded()), "a mail survives being written")
        } else {
            precondition(again == answer, "an answer survives being written")
        }
    }
    if let request = try? WorkerRequest(frame: frame) { _ = request.frame() }
    return 0
}
