/// When a stretch of a file was read: what gives lines without a time of their own theirs.
///
/// Noted before the stretch is sent, so that after a crash the same lines get the same times again, and an endpoint that
/// drops exact copies, as Loki does, keeps none.
public struct ReadStamp: Hashable, Sendable {
  /// Bytes from the start of the file.
  public var start: UInt64
  public var end: UInt64
  /// Of the first byte, in nanoseconds since 1970; a later byte's is a nanosecond later for each byte before it.
  public var time: Int64

  public init(start: UInt64, end: UInt64, time: Int64) {
    self.start = start
    self.end = end
    self.time = time
  }
}

/// The stamps of one file whose bytes are not acknowledged by every client, in the order of the file.
public struct ReadStamps: Hashable, Sendable {
  public private(set) var all: [ReadStamp]

  public init(_ all: [ReadStamp] = []) { self.all = all.sorted { $0.start < $1.start } }

  /// What holds for bytes from `offset` on.
  /// - Returns: the time noted for `offset`, nil if none was; and where that ends or the next stamp begins.
  public func time(at offset: UInt64) -> (time: Int64?, until: UInt64) {
    // The last stamp that does not begin behind the offset.
    var low = 0
    var high = all.count
    while low < high {
      let middle = (low + high) / 2
      if all[middle].start <= offset { low = middle + 1 } else { high = middle }
    }
    let next = low < all.count ? all[low].start : .max
    guard low > 0, all[low - 1].end > offset else { return (nil, next) }
    let stamp = all[low - 1]
    return (stamp.time + Int64(offset - stamp.start), min(stamp.end, next))
  }

  /// A stretch that had no stamp was read.
  public mutating func add(_ stamp: ReadStamp) {
    if let last = all.last, last.start > stamp.start {
      all.insert(stamp, at: all.firstIndex { $0.start > stamp.start } ?? all.count)
    } else {
      all.append(stamp)
    }
  }

  /// Forgets what lies before an acknowledged offset.
  public mutating func forget(before acked: UInt64) {
    guard let first = all.first, first.end <= acked else { return }
    // Of most files nothing is left, and nothing need be kept for them.
    if let left = all.firstIndex(where: { $0.end > acked }) { all.removeFirst(left) } else { all = [] }
  }
}
