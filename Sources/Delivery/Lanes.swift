import Bytes
public import LogModel
public import Positions

/// Clients as a set of their places in the configuration; at most 64.
public struct ClientSet: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }
  public init(client: Int) { rawValue = 1 << UInt64(client) }

  /// The first `count` clients.
  public static func first(_ count: Int) -> ClientSet {
    ClientSet(rawValue: count >= 64 ? .max : (1 << UInt64(count)) - 1)
  }

  public func forEach(_ body: (Int) -> Void) {
    var rest = rawValue
    while rest != 0 {
      body(rest.trailingZeroBitCount)
      rest &= rest &- 1
    }
  }
}

/// What a worker needs to know of a client.
public struct LaneSettings: Sendable {
  /// Nanoseconds.
  public var batchWait: Int64
  /// Bytes.
  public var batchSize: Int
  /// Added to every stream that does not have them.
  public var externalLabels: LabelSet
  public var limits: EntryLimits
  /// Needed where there are limits.
  public var account: LimitAccount?
  /// Prepares the batches.
  public var output: any Output

  public init(
    batchWait: Int64, batchSize: Int, externalLabels: LabelSet, limits: EntryLimits = EntryLimits(), output: any Output
  ) {
    self.output = output
    self.limits = limits
    self.batchWait = batchWait
    self.batchSize = batchSize
    self.externalLabels = externalLabels
  }
}

extension LaneSettings {
  /// Each entry makes a batch of its own at once, so that they come out in the order of their lines.
  public static func everyEntryAlone(_ output: any Output) -> LaneSettings {
    LaneSettings(batchWait: 0, batchSize: -1, externalLabels: .empty, output: output)
  }
}

/// The batches under construction of one worker: one lane per client and tenant.
///
/// Owned by one thread. It decides into which batch an entry goes and when a batch is sealed; what is sent and when to
/// try again is the senders' part.
public struct Lanes: ~Copyable {
  private struct Lane: ~Copyable {
    var builder: BatchBuilder
    let queue: BatchQueue
    let client: Int
    let counters: LimitCounters?
    /// Its client has gone by a reload.
    var isGone = false

    init(limit: Int, queue: BatchQueue, account: LimitAccount?) {
      counters = account.map { LimitCounters($0, tenant: queue.tenant) }
      builder = BatchBuilder(limit: limit)
      self.queue = queue
      client = queue.client
    }
  }

  private struct Client {
    var settings: LaneSettings
    /// External label that chooses the tenant of entries that have none.
    var tenant: String?
    /// By stream: the lane it goes to, -1 when not yet known.
    var laneOf: [Int32] = []
    /// By stream: its labels on the wire, empty when not yet written.
    var wire: [[UInt8]] = []
    var slots = StreamSlots()
    /// Its lanes by their tenants.
    var lanes: [String?: Int] = [:]
    /// Bytes in its batches under construction.
    var underConstruction = 0

    /// How much that may be: bytes. With many tenants each batch would come to `batchsize` otherwise.
    var mostUnderConstruction: Int { max(12 << 20, 2 * settings.batchSize) }

    init(_ settings: LaneSettings) {
      self.settings = settings
      tenant = settings.externalLabels[StreamTable.tenantLabel]
      self.settings.externalLabels[StreamTable.tenantLabel] = nil
    }

    mutating func forgetStreams() {
      laneOf.removeAll(keepingCapacity: true)
      wire.removeAll(keepingCapacity: true)
      slots.removeAll()
    }
  }

  private var lanes = InPlace<Lane>()
  private var spares = SpareBuffers()
  private var clients: [Client]
  private let makeQueue: (Int, String?) -> BatchQueue

  /// - Parameter makeQueue: makes the queue of a client and tenant, and the sender that empties it.
  public init(_ settings: [LaneSettings], makeQueue: @escaping (Int, String?) -> BatchQueue) {
    clients = settings.map(Client.init)
    self.makeQueue = makeQueue
  }

  // Written down so that other modules call it instead of taking private parts down themselves, which does not link.
  deinit {}

  /// Puts a client in a place that is free, or in the next.
  public mutating func add(_ settings: LaneSettings, at place: Int) {
    if place < clients.count { clients[place] = Client(settings) } else { clients.append(Client(settings)) }
  }

  /// Nothing is sent to the client any more; what was not sent is given back unread.
  public mutating func remove(client: Int) {
    for number in lanes.indices where lanes[number].client == client && !lanes[number].isGone {
      lanes[number].isGone = true
      lanes[number].builder.discard()
      lanes[number].queue.close()
    }
    clients[client].forgetStreams()
    clients[client].lanes.removeAll()
    clients[client].underConstruction = 0
  }

  public var clientCount: Int { clients.count }

  /// Whether all the lanes that a file fed last have room.
  public func hasRoom(_ used: [Int]) -> Bool {
    for lane in used where !lanes[lane].queue.hasRoom { return false }
    return true
  }

  /// The lane of the client that a file's first lines will go to.
  public mutating func lane(of stream: StreamID, client: Int, in streams: borrowing StreamTable) -> Int {
    if stream.index >= clients[client].laneOf.count {
      let missing = streams.count - clients[client].laneOf.count
      clients[client].laneOf.append(contentsOf: repeatElement(-1, count: missing))
    }
    let known = clients[client].laneOf[stream.index]
    if known >= 0 { return Int(known) }
    let tenant = streams.streams[stream.index].tenant ?? clients[client].tenant
    let lane: Int
    if let existing = clients[client].lanes[tenant] {
      lane = existing
    } else {
      lane = lanes.count
      let settings = clients[client].settings
      lanes.append(
        Lane(limit: settings.batchSize, queue: makeQueue(client, tenant), account: settings.account))
      clients[client].lanes[tenant] = lane
    }
    clients[client].laneOf[stream.index] = Int32(lane)
    return lane
  }

  /// Puts a block's entries into the batches of one client.
  /// - Parameters:
  ///   - offset: of the chunk in its file: bytes.
  ///   - ticket: the span that the entries come from; afterwards that of the last of them.
  ///   - ledger: the file's ledger of that client; it learns of every batch that holds a share of the span.
  ///   - used: the lanes that the entries went to.
  public mutating func append(
    _ block: borrowing EntryBlock, chunk: UnsafePointer<UInt8>, offset: UInt64, client: Int,
    streams: borrowing StreamTable, ticket: inout AckTicket, ledger: inout AckLedger, used: inout [Int], now: Int64
  ) {
    var place = Place(
      chunk: chunk, offset: offset, made: UnsafePointer(block.made.base), ticket: ticket, now: now)
    defer { ticket = place.ticket }
    used.removeAll(keepingCapacity: true)
    block.records.withUnsafeBufferPointer { records in
      place.end = records.baseAddress.map { $0 + records.count }
      if clients[client].underConstruction > clients[client].mostUnderConstruction, let first = records.baseAddress {
        sealLargest(of: client, streams)
        place.cut(at: first, &ledger)
      }
      var start = 0
      while start < records.count {
        let stream = records[start].stream
        var end = start + 1
        while end < records.count, records[end].stream == stream { end += 1 }
        let number = lane(of: stream, client: client, in: streams)
        if !used.contains(number) { used.append(number) }
        let run = UnsafeBufferPointer(rebasing: records[start..<end])
        let limits = clients[client].settings.limits
        if limits.maxStreams > 0,
          !lanes[number].builder.admits(stream, limit: limits.maxStreams, slots: clients[client].slots)
        {
          lanes[number].counters?.refuse(run)
        } else if limits.maxLineSize > 0 {
          putWithin(limits, run, number, &place, streams, &ledger)
        } else {
          put(run, number, &place, streams, &ledger)
        }
        start = end
      }
    }
  }

  /// Where the bytes of entries are, and which span they come from.
  private struct Place {
    var chunk: UnsafePointer<UInt8>
    var offset: UInt64
    var made: UnsafePointer<UInt8>
    var ticket: AckTicket
    var now: Int64

    /// Behind the last record of the block; nil for a record that stands by itself.
    var end: UnsafePointer<EntryRecord>?

    /// Where the line of a record begins in the file, if it and all that follow it are made of nothing that stands before
    /// that; nil where stages have written lines anew, since these may hold earlier ones.
    func lineStart(_ record: UnsafePointer<EntryRecord>) -> UInt64? {
      guard let end else { return nil }
      var next = record
      while next < end {
        if next.pointee.isMade { return nil }
        next += 1
      }
      var start = Int(record.pointee.start)
      while start > 0, chunk[start - 1] != 0x0a { start -= 1 }
      return offset + UInt64(start)
    }

    /// A batch that ends before the record is acknowledged by itself, so what follows it begins a span of its own.
    mutating func cut(at record: UnsafePointer<EntryRecord>, _ ledger: inout AckLedger) {
      if let offset = lineStart(record) { ticket.span = ledger.cut(ticket.span, at: offset) }
    }
  }

  /// Puts entries of one stream into a lane's batches.
  private mutating func put(
    _ records: UnsafeBufferPointer<EntryRecord>, _ number: Int, _ place: inout Place, _ streams: borrowing StreamTable,
    _ ledger: inout AckLedger
  ) {
    let client = lanes[number].client
    var start = 0
    while start < records.count {
      if lanes[number].builder.isEmpty, let spare = spares.take() { lanes[number].builder.takeOver(spare) }
      let before = lanes[number].builder.byteCount
      let taken = lanes[number].builder.append(
        UnsafeBufferPointer(rebasing: records[start...]), chunk: place.chunk, made: place.made,
        slots: &clients[client].slots, now: place.now)
      clients[client].underConstruction += lanes[number].builder.byteCount - before
      if taken > 0, lanes[number].builder.hold(place.ticket) { ledger.retain(place.ticket.span) }
      start += taken
      if start < records.count {
        seal(number, streams)
        place.cut(at: records.baseAddress! + start, &ledger)
      }
    }
  }

  /// The same, with lines that are too long cut or dropped.
  private mutating func putWithin(
    _ limits: EntryLimits, _ records: UnsafeBufferPointer<EntryRecord>, _ number: Int, _ place: inout Place,
    _ streams: borrowing StreamTable, _ ledger: inout AckLedger
  ) {
    var start = 0
    for index in records.indices where Int(records[index].length) > limits.maxLineSize {
      put(UnsafeBufferPointer(rebasing: records[start..<index]), number, &place, streams, &ledger)
      start = index + 1
      let record = records[index]
      guard limits.truncates else {
        lanes[number].counters?.drop(bytes: Int(record.length))
        continue
      }
      let line = (record.isMade ? place.made : place.chunk) + Int(record.start)
      let cut = record.cut(to: limits.maxLineSize, line: line)
      lanes[number].counters?.cut(bytes: Int(record.length - cut.length))
      let end = place.end
      place.end = nil
      defer { place.end = end }
      withUnsafePointer(to: cut) {
        put(UnsafeBufferPointer(start: $0, count: 1), number, &place, streams, &ledger)
      }
    }
    put(UnsafeBufferPointer(rebasing: records[start...]), number, &place, streams, &ledger)
  }

  private mutating func seal(_ number: Int, _ streams: borrowing StreamTable) {
    if lanes[number].builder.isEmpty { return }
    let client = lanes[number].client
    if clients[client].wire.count < streams.count {
      clients[client].wire.append(contentsOf: repeatElement([], count: streams.count - clients[client].wire.count))
    }
    let output = clients[client].settings.output
    clients[client].underConstruction -= lanes[number].builder.byteCount
    let batch = lanes[number].builder.seal(
      labels: { stream in
        if clients[client].wire[stream.index].isEmpty {
          var labels = streams.streams[stream.index].labels
          for label in clients[client].settings.externalLabels.labels where labels[label.name] == nil {
            labels[label.name] = label.value
          }
          clients[client].wire[stream.index] = Array(labels.text.utf8)
        }
        return clients[client].wire[stream.index]
      }, prepare: { output.prepare($0) })
    spares.give(lanes[number].builder.giveUpStorage())
    lanes[number].queue.put(batch)
  }

  /// Seals the largest batches of a client, an eighth of what is under construction: the fewer, the larger they become.
  private mutating func sealLargest(of client: Int, _ streams: borrowing StreamTable) {
    var open: [(size: Int, lane: Int)] = []
    for number in lanes.indices where lanes[number].client == client && !lanes[number].builder.isEmpty {
      open.append((lanes[number].builder.byteCount, number))
    }
    open.sort { $0.size > $1.size }
    for (_, number) in open {
      if clients[client].underConstruction <= clients[client].mostUnderConstruction / 8 * 7 { return }
      seal(number, streams)
    }
  }

  /// Seals the batches whose `batchwait` is over.
  public mutating func sealDue(now: Int64, streams: borrowing StreamTable) {
    for number in lanes.indices where !lanes[number].builder.isEmpty {
      if now - lanes[number].builder.began >= clients[lanes[number].client].settings.batchWait { seal(number, streams) }
    }
  }

  public mutating func sealAll(streams: borrowing StreamTable) {
    for number in lanes.indices { seal(number, streams) }
  }

  /// When the next batch is due, on the monotonic clock in nanoseconds; nil when none is under construction.
  public var nextDue: Int64? {
    var next: Int64?
    for number in lanes.indices where !lanes[number].builder.isEmpty {
      let due = lanes[number].builder.began + clients[lanes[number].client].settings.batchWait
      next = min(next ?? due, due)
    }
    return next
  }

  /// Forgets what is known of streams, for a table that begins anew. Every batch must have been sealed.
  public mutating func forgetStreams() {
    for client in clients.indices { clients[client].forgetStreams() }
  }
}
