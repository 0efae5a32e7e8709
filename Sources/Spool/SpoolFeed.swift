import Bytes
public import Delivery
import LogModel
public import Positions

/// Carries the spool's entries to one client, from where it is: into lanes and back as acknowledgements.
///
/// Owned by one thread, which calls `turn` when there may be something to do.
public struct SpoolFeed: ~Copyable {
  private let spool: Spool
  private let client: String
  private var lanes: Lanes
  private var streams = StreamTable()
  private var block = EntryBlock()
  private var ledger: AckLedger
  private var place: SpoolPosition
  private var used: [Int] = []
  private static let streamLimit = 50_000

  /// - Parameters:
  ///   - client: its name in the spool.
  ///   - lane: of that client.
  ///   - makeQueue: makes the queue of a tenant; acknowledgements come back through `settled`.
  public init(
    _ spool: Spool, client: String, lane: LaneSettings, makeQueue: @escaping (Int, String?) -> BatchQueue
  ) {
    self.spool = spool
    self.client = client
    lanes = Lanes([lane], makeQueue: makeQueue)
    place = spool.cursor(of: client) ?? SpoolPosition(segment: 0, offset: 0)
    ledger = AckLedger(acked: place.linear)
  }

  /// Hands on what there is room for.
  /// - Parameter now: on the monotonic clock, nanoseconds.
  /// - Returns: true when there may be more at once.
  public mutating func turn(now: Int64) -> Bool {
    defer { lanes.sealDue(now: now, streams: streams) }
    guard lanes.hasRoom(used) else { return false }
    let found = spool.read(from: place)
    guard let last = found.last else { return false }
    block.removeAll()
    for (entry, _) in found { append(entry) }
    place = last.end
    var ticket = AckTicket(file: 0, life: 0, client: 0, span: ledger.open(end: place.linear))
    lanes.append(
      block, chunk: UnsafePointer(block.made.base), offset: 0, client: 0, streams: streams, ticket: &ticket,
      ledger: &ledger, used: &used, now: now)
    _ = ledger.release(ticket.span)
    if streams.count > Self.streamLimit {
      lanes.sealAll(streams: streams)
      lanes.forgetStreams()
      streams.removeAll()
    }
    return true
  }

  private mutating func append(_ entry: SpoolEntry) {
    var labels = entry.labels
    if let tenant = entry.tenant { labels[StreamTable.tenantLabel] = tenant }
    let start = block.made.count
    block.made.append(entry.line)
    var record = EntryRecord(
      timestamp: entry.timestamp, stream: streams.intern(labels), start: start, length: entry.line.count, isMade: true)
    if !entry.metadata.isEmpty {
      record.metadataStart = UInt32(block.made.count)
      record.metadataLength = UInt32(entry.metadata.count)
      record.metadataSize = UInt32(entry.metadataSize)
      block.made.append(entry.metadata)
    }
    block.records.append(record)
  }

  /// Batches were settled.
  public mutating func settled(_ tickets: [AckTicket]) {
    var moved = false
    for ticket in tickets where ledger.release(ticket.span) { moved = true }
    if moved { spool.acknowledge(client, SpoolPosition(linear: ledger.acked)) }
  }

  /// Sends what is in hand, however little.
  public mutating func seal() { lanes.sealAll(streams: streams) }
}
