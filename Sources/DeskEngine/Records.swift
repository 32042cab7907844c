/// Big values by key. They lie side by side, so that a look at one neither copies nor moves it, and a key's entry is
/// two words: a hundred thousand tickets would otherwise be carried around whenever the table grows.
public struct Records<Key: Hashable & Sendable, Value: Equatable & Sendable>: Equatable, Sendable {
    private var slots: [Key: Int] = [:]
    private var keys: [Key] = []
    /// All of them, in no order that means anything.
    public private(set) var values: [Value] = []

    /// How many there are.
    public var count: Int { values.count }

    /// The value of a key; `nil` takes it out.
    public internal(set) subscript(_ key: Key) -> Value? {
        get {
            guard let slot = slots[key] else { return nil }
            return values[slot]
        }
        set {
            if let newValue { put(newValue, under: key) } else { remove(key) }
        }
    }

    /// Some of a value, without a copy of the rest: a span lends it, the subscript of an array gives it away.
    func look<Result>(_ key: Key, _ read: (borrowing Value) -> Result?) -> Result? {
        guard let slot = slots[key] else { return nil }
        return read(values.span[slot])
    }

    /// Changes a value where it lies; does nothing if there is none.
    @discardableResult
    mutating func change<Result>(_ key: Key, _ write: (inout Value) -> Result) -> Result? {
        guard let slot = slots[key] else { return nil }
        return write(&values[slot])
    }

    mutating func reserve(_ capacity: Int) {
        slots.reserveCapacity(capacity)
        keys.reserveCapacity(capacity)
        values.reserveCapacity(capacity)
    }

    private mutating func put(_ value: Value, under key: Key) {
        if let slot = slots[key] { return values[slot] = value }
        slots[key] = values.count
        keys.append(key)
        values.append(value)
    }

    /// The last value moves into the gap.
    private mutating func remove(_ key: Key) {
        guard let slot = slots.removeValue(forKey: key), let moved = keys.last else { return }
        if moved != key { slots[moved] = slot }
        keys.swapAt(slot, keys.count - 1)
        values.swapAt(slot, values.count - 1)
        keys.removeLast()
        values.removeLast()
    }

    /// Equal if the same keys have the same values, wherever they lie.
    public static func == (left: Records, right: Records) -> Bool {
        left.count == right.count && left.slots.allSatisfy { left.values[$0.value] == right[$0.key] }
    }
}

/// A handful of values by key, in the order of the keys. Looking along a few names is quicker than hashing one.
public struct Few<Key: Comparable & Sendable, Value: Equatable & Sendable>: Equatable, Sendable {
    /// The keys, ascending.
    public private(set) var keys: [Key] = []
    /// The values in the order of their keys.
    public private(set) var values: [Value] = []

    /// The value of a key; `nil` takes it out.
    public internal(set) subscript(_ key: Key) -> Value? {
        get {
            guard let place = keys.firstIndex(of: key) else { return nil }
            return values[place]
        }
        set {
            if let place = keys.firstIndex(of: key) {
                if let newValue { return values[place] = newValue }
                keys.remove(at: place)
                values.remove(at: place)
            } else if let newValue {
                add(newValue, under: key)
            }
        }
    }

    /// Changes a value where it lies; does nothing if there is none.
    mutating func change(_ key: Key, _ write: (inout Value) -> Void) {
        guard let place = keys.firstIndex(of: key) else { return }
        write(&values[place])
    }

    private mutating func add(_ value: Value, under key: Key) {
        let place = keys.firstIndex { $0 > key } ?? keys.count
        keys.insert(key, at: place)
        values.insert(value, at: place)
    }
}
