import CGumbo
import Glibc

/// HTML to text through libgumbo, which follows HTML5's algorithm but is quadratic on some hostile input.
enum Markup {
    private static let size = 1 << 20
    private static let tag = 64 << 10
    private static let openTags = 2000

    /// The readable text, and whether the HTML was tame enough to be parsed as such.
    static func text(of html: String, atMost limit: Int) -> (text: String, isSound: Bool) {
        let bytes = Array(html.utf8.prefix(size))
        guard isTame(bytes) else { return (stripped(bytes), false) }
        return (String(decoding: parsed(bytes, atMost: limit), as: UTF8.self), html.utf8.count <= size)
    }

    /// Whether no tag is huge and not many more are opened than closed: both cost gumbo the square of their number.
    private static func isTame(_ bytes: [UInt8]) -> Bool {
        var opened = 0
        var start: Int?
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "<"):
                opened += index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "/") ? -1 : 1
                start = start ?? index
            case UInt8(ascii: ">"): start = nil
            default: break
            }
            if opened > openTags { return false }
            if let start, index - start > tag { return false }
        }
        return true
    }

    /// The text without whatever stands between angle brackets.
    private static func stripped(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var isInside = false
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "<"): isInside = true
            case UInt8(ascii: ">"):
                isInside = false
                if text.last != 0x20 { text.append(0x20) }
            default: if !isInside { text.append(byte) }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func parsed(_ bytes: [UInt8], atMost limit: Int) -> [UInt8] {
        var options = unsafe kGumboDefaultOptions
        unsafe options.max_errors = 0
        return unsafe bytes.withUnsafeBytes { raw in
            guard let start = unsafe raw.baseAddress?.assumingMemoryBound(to: CChar.self),
                let tree = unsafe gumbo_parse_with_options(&options, start, raw.count)
            else { return [] }
            defer { unsafe gumbo_destroy_output(&options, tree) }
            var plain = PlainText(limit: limit)
            if let root = unsafe tree.pointee.root { unsafe walk(root, into: &plain) }
            return plain.bytes
        }
    }

    /// Visits the tree with a stack of its own: a hostile document nests deeper than ours would reach.
    private static func walk(_ root: UnsafeMutablePointer<GumboNode>, into plain: inout PlainText) {
        var stack: [(node: UnsafeMutablePointer<GumboNode>, next: UInt32)] = unsafe [(root, 0)]
        unsafe open(root, into: &plain)
        while let (node, next) = unsafe stack.last, !plain.isFull {
            let children = unsafe node.pointee.v.element.children
            guard unsafe next < children.length else {
                unsafe plain.close(name(of: node))
                unsafe stack.removeLast()
                continue
            }
            unsafe stack[stack.count - 1].next += 1
            guard let child = unsafe children.data[Int(next)]?.assumingMemoryBound(to: GumboNode.self) else { continue }
            switch unsafe child.pointee.type {
            case GUMBO_NODE_ELEMENT, GUMBO_NODE_TEMPLATE:
                unsafe open(child, into: &plain)
                unsafe stack.append((child, 0))
            case GUMBO_NODE_TEXT, GUMBO_NODE_WHITESPACE, GUMBO_NODE_CDATA:
                guard let words = unsafe child.pointee.v.text.text else { continue }
                unsafe plain.text(UnsafeRawBufferPointer(start: words, count: strlen(words)))
            default: break
            }
        }
    }

    private static func open(_ node: UnsafeMutablePointer<GumboNode>, into plain: inout PlainText) {
        let tag = unsafe name(of: node)
        let hasAttributes = unsafe node.pointee.v.element.attributes.length > 0
        plain.open(
            tag, target: unsafe tag == "a" ? attribute("href", of: node) : nil,
            alternative: unsafe tag == "img" ? attribute("alt", of: node) : nil,
            isHidden: unsafe hasAttributes && hides(attribute("style", of: node)))
    }

    private static func name(of node: UnsafeMutablePointer<GumboNode>) -> String {
        guard unsafe node.pointee.type != GUMBO_NODE_DOCUMENT else { return "" }
        return unsafe String(cString: gumbo_normalized_tagname(node.pointee.v.element.tag))
    }

    private static func attribute(_ name: String, of node: UnsafeMutablePointer<GumboNode>) -> String? {
        unsafe gumbo_get_attribute(&node.pointee.v.element.attributes, name).map {
            unsafe String(cString: $0.pointee.value)
        }
    }

    /// Whether a style keeps the element from being seen, as the preheaders of newsletters do.
    private static func hides(_ style: String?) -> Bool {
        guard let style, style.utf8.count <= 4096 else { return false }
        let packed = style.lowercased().filter { $0 != " " }
        return packed.contains("display:none") || packed.contains("visibility:hidden")
    }
}
