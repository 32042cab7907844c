import DeskModel
import DeskWire

/// Everything that `bytes` say, read at once.
func inputs(_ bytes: [UInt8]) -> [Input] {
    var reader = LineReader()
    var inputs: [Input] = []
    _ = reader.take(bytes) { inputs.append($0) }
    return inputs
}

/// Everything that `text` says, read at once.
func inputs(_ text: String) -> [Input] {
    inputs(Array(text.utf8))
}

/// What the one line `text` asks for, or the code of what is wrong with it.
enum Said: Equatable {
    case request(Request)
    case wrong(Malformed)
    case nothing
    case much([Input])
}

/// What the one line or block `text` says.
func said(_ text: String) -> Said {
    let all = inputs(text + "\n")
    guard let first = all.first else { return .nothing }
    guard all.count == 1 else { return .much(all) }
    switch first {
    case .line(let line):
        switch line.request {
        case .success(let request): return .request(request)
        case .failure(let malformed): return .wrong(malformed)
        }
    case .malformed(let malformed, _): return .wrong(malformed)
    case .hangUp: return .much(all)
    }
}

/// The line that a wrong line gets, without its end.
func refusal(_ text: String) -> String {
    switch said(text) {
    case .wrong(let malformed): Final.malformed(malformed).text
    case let other: "\(other)"
    }
}

extension TicketReference {
    /// A short number.
    static func short(_ number: Int64) -> TicketReference {
        .id(TicketID(number))
    }
}
