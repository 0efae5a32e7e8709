import Bytes
import Glibc

/// Gives byte strings numbers, from 0 on in the order they come. Finding allocates nothing.
struct KeyTable: ~Copyable {
  private struct Key {
    var hash: UInt64
    var start: Int
    var length: Int
  }
  private var keys: [Key] = []
  private var storage = ByteBuffer(capacity: 256)
  /// Numbers by the low bits of hashes, probed one after another; -1 where there is none.
  private var places = [Int32](repeating: -1, count: 16)

  init() {}

  var count: Int { keys.count }
  /// Bytes that the keys take.
  var size: Int { storage.count }

  @inline(__always)
  func find(_ key: UnsafeBufferPointer<UInt8>) -> Int? { find(key, hash: Hash.bytes(key)) }

  private func find(_ key: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int? {
    let mask = places.count &- 1
    var probe = Int(truncatingIfNeeded: hash) & mask
    while places[probe] >= 0 {
      let number = Int(places[probe])
      let known = keys[number]
      if known.hash == hash, known.length == key.count, isEqual(known, key) { return number }
      probe = (probe &+ 1) & mask
    }
    return nil
  }

  @inline(__always)
  private func isEqual(_ known: Key, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = key.baseAddress else { return true }
    return memcmp(storage.base + known.start, base, key.count) == 0
  }

  /// Adds a key that is not there.
  mutating func add(_ key: UnsafeBufferPointer<UInt8>) -> Int {
    keys.append(Key(hash: Hash.bytes(key), start: storage.count, length: key.count))
    storage.append(key)
    if keys.count * 2 > places.count {
      places = Array(repeating: -1, count: places.count * 2)
      for number in keys.indices { note(number) }
    } else {
      note(keys.count - 1)
    }
    return keys.count - 1
  }

  private mutating func note(_ number: Int) {
    let mask = places.count &- 1
    var probe = Int(truncatingIfNeeded: keys[number].hash) & mask
    while places[probe] >= 0 { probe = (probe &+ 1) & mask }
    places[probe] = Int32(truncatingIfNeeded: number)
  }

  mutating func removeAll() { self = KeyTable() }
}
