import Bytes

/// Cuts the parts of interest out of a stream of JSON, so that no more than one of them is held: a list of 100,000 pods
/// comes in one answer of hundreds of megabytes when the API server answers from its cache.
struct JSONSplitter {
  enum Form {
    /// One object with `metadata` and `items`.
    case list
    /// Objects one after another: a watch.
    case events
  }

  enum Part {
    case metadata([UInt8])
    /// An item of the list, or an event.
    case object([UInt8])
  }

  /// The API server takes objects of 1.5 MiB; more than ten times as much is no object.
  static let longestPart = 16 << 20

  private let form: Form
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  /// The last string at the depth of the list's own keys.
  private var key: [UInt8] = []
  private var isReadingKey = false
  private var part: [UInt8] = []
  /// The depth at which the part ends; nil outside of one.
  private var end: Int?
  private var isMetadata = false

  init(_ form: Form) { self.form = form }

  /// - Returns: the parts that the bytes complete.
  /// - Throws: `DiscoveryError` when a part is too long.
  mutating func take(_ bytes: UnsafeRawBufferPointer) throws -> [Part] {
    var parts: [Part] = []
    // Where the part at hand begins in these bytes.
    var start = 0
    var index = 0
    while index < bytes.count {
      if isInString {
        index = passString(bytes, from: index)
        continue
      }
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""):
        isInString = true
        if form == .list, depth == 1 {
          isReadingKey = true
          key.removeAll(keepingCapacity: true)
        }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if end == nil, byte == UInt8(ascii: "{"), beginsPart {
          start = index
          end = depth
          part.removeAll(keepingCapacity: true)
        }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == end {
          part.append(contentsOf: bytes[start...index])
          end = nil
          parts.append(isMetadata ? .metadata(part) : .object(part))
        }
      default: break
      }
      index += 1
    }
    if end != nil {
      part.append(contentsOf: bytes[start...])
      if part.count > Self.longestPart { throw DiscoveryError("an object is longer than \(Self.longestPart) bytes") }
    }
    return parts
  }

  /// - Returns: the place behind the string, or behind an escape's first byte.
  private mutating func passString(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    guard let base = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else { return bytes.count }
    var stop = start
    if isEscaped {
      isEscaped = false
      stop += 1
    } else {
      stop = ByteScan.first(
        base, from: start, count: bytes.count, one: UInt8(ascii: "\""), other: UInt8(ascii: "\\"), below: 0)
      if stop < bytes.count {
        if bytes[stop] == UInt8(ascii: "\"") {
          if isReadingKey { key.append(contentsOf: bytes[start..<stop]) }
          isInString = false
          isReadingKey = false
          return stop + 1
        }
        isEscaped = true
        stop += 1
      }
    }
    if isReadingKey { key.append(contentsOf: bytes[start..<stop]) }
    return stop
  }

  private var beginsPart: Bool {
    mutating get {
      switch form {
      case .events:
        isMetadata = false
        return depth == 0
      case .list:
        isMetadata = depth == 1 && key.elementsEqual("metadata".utf8)
        return isMetadata || depth == 2 && key.elementsEqual("items".utf8)
      }
    }
  }
}
