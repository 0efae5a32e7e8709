import LogModel
import Telemetry

/// What `limits_config` says about entries; 0 for no limit.
public struct EntryLimits: Sendable {
  /// Bytes of a line as the pipeline leaves it.
  public var maxLineSize: Int
  /// Longer lines are cut; else they are dropped.
  public var truncates: Bool
  /// Streams of one batch: those that were active within `batchwait`.
  public var maxStreams: Int

  public init(maxLineSize: Int = 0, truncates: Bool = false, maxStreams: Int = 0) {
    self.maxLineSize = maxLineSize
    self.truncates = truncates
    self.maxStreams = maxStreams
  }
}

/// Where a client's limited entries are counted.
public struct LimitAccount: Sendable {
  let metrics: DeliveryMetrics
  let host: String
  let tenant: String?

  /// - Parameters:
  ///   - host: the label of the client's metrics.
  ///   - tenant: of entries that have none of their own.
  public init(metrics: DeliveryMetrics, host: String, tenant: String?) {
    self.metrics = metrics
    self.host = host
    self.tenant = tenant
  }
}

/// The counters of one lane.
struct LimitCounters {
  private let dropped: (Counter, Counter)
  private let refused: (Counter, Counter)
  private let cut: (Counter, Counter)

  init(_ account: LimitAccount, tenant: String?) {
    func pair(_ entries: MetricFamily<Counter>, _ bytes: MetricFamily<Counter>, _ why: DropReason) -> (Counter, Counter)
    {
      let values = [account.host, tenant ?? account.tenant ?? "", why.rawValue]
      return (entries.child(values), bytes.child(values))
    }
    let metrics = account.metrics
    dropped = pair(metrics.droppedEntries, metrics.droppedBytes, .lineTooLong)
    refused = pair(metrics.droppedEntries, metrics.droppedBytes, .streamLimited)
    cut = pair(metrics.mutatedEntries, metrics.mutatedBytes, .lineTooLong)
  }

  func drop(bytes: Int) { Self.add(dropped, 1, bytes) }
  func cut(bytes: Int) { Self.add(cut, 1, bytes) }

  func refuse(_ records: UnsafeBufferPointer<EntryRecord>) {
    Self.add(refused, records.count, records.reduce(0) { $0 + Int($1.length) })
  }

  private static func add(_ counters: (Counter, Counter), _ entries: Int, _ bytes: Int) {
    counters.0.add(entries)
    counters.1.add(bytes)
  }
}

extension EntryRecord {
  /// The record cut to at most `limit` bytes, before a character that would be split.
  func cut(to limit: Int, line: UnsafePointer<UInt8>) -> EntryRecord {
    var end = limit
    while end > 0, limit - end < 4, line[end] & 0xC0 == 0x80 { end -= 1 }
    var cut = self
    // What is no UTF-8 is cut where the limit is.
    cut.length = UInt32(limit - end < 4 ? end : limit)
    return cut
  }
}
