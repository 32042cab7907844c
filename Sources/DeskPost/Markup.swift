import CGumbo
import Glibc

/// HTML to text through libgumbo, which follows HTML5's algorithm but is quadratic on some hostile input.
enum Markup {
    /// The readable text, and whether the HTML was tame enough to be parsed as such.
    static func text(of html: String) -> (text: String, isSound: Bool) {
        let bytes = Array(html.utf8)
        guard MarkupCost.isBearable(bytes) else { return (stripped(bytes), false) }
        return (String(decoding: parsed(bytes), as: UTF8.self), true)
    }

    /// The HTML without the content of huge tags: images that stand in the HTML itself as base64, megabytes of it.
    static func withoutBulk(_ html: String) -> String {
        guard html.utf8.count > bulk else { return html }
        let bytes = Array(html.utf8)
        var lean: [UInt8] = []
        var at = 0
        while let open = bytes[at...].firstIndex(of: UInt8(ascii: "<")) {
            let close = bytes[open...].firstIndex(of: UInt8(ascii: ">")) ?? bytes.count
            lean += bytes[at..<open]
            let isElement = open + 1 < bytes.count && bytes[open + 1].isWordByte
            if close - open > bulk, isElement, close < bytes.count {
                lean += bytes[open..<close].prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }.prefix(64)
                at = close
            } else {
                lean += bytes[open..<close]
                at = close
            }
        }
        return String(decoding: lean + bytes[at...], as: UTF8.self)
    }

    /// Bytes of a tag that holds more than attributes.
    private static let bulk = 16 << 10

    /// About the first `limit` bytes, for a look at the HTML.
    static func beginning(of html: String, atMost limit: Int) -> String {
        String(decoding: html.utf8.prefix(limit), as: UTF8.self)
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

    private static func parsed(_ bytes: [UInt8]) -> [UInt8] {
        var options = unsafe kGumboDefaultOptions
        unsafe options.max_errors = 0
        return unsafe bytes.withUnsafeBytes { raw in
            guard let start = unsafe raw.baseAddress?.assumingMemoryBound(to: CChar.self),
                let tree = unsafe gumbo_parse_with_options(&options, start, raw.count)
            else { return [] }
            defer { unsafe gumbo_destroy_output(&options, tree) }
            var plain = PlainText()
            if let root = unsafe tree.pointee.root { unsafe walk(root, into: &plain) }
            return plain.bytes
        }
    }

    /// Visits the tree with a stack of its own: a hostile document nests deeper than ours would reach.
    private static func walk(_ root: UnsafeMutablePointer<GumboNode>, into plain: inout PlainText) {
        var stack: [(node: UnsafeMutablePointer<GumboNode>, next: UInt32)] = unsafe [(root, 0)]
        unsafe open(root, into: &plain)
        while let (node, next) = unsafe stack.last {
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
