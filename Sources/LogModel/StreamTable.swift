/// The number of a stream in one worker's `StreamTable`.
public struct StreamID: Hashable, Sendable {
  @usableFromInline let raw: UInt32
  @inlinable public init(_ raw: Int) { self.raw = UInt32(raw) }
  @inlinable public var index: Int { Int(raw) }
}

/// What an entry's stream is: its labels, and the tenant it goes to. `nil` leaves the tenant to the client.
public struct Stream: Hashable, Sendable {
  public var labels: LabelSet
  public var tenant: String?

  public init(labels: LabelSet, tenant: String?) {
    self.labels = labels
    self.tenant = tenant
  }
}

/// Interned streams of one worker: each label set is built, sorted and written in wire form once.
///
/// Owned by one thread. Numbers stay valid until `removeAll`, which its owner calls when no batch under construction
/// refers to them any more.
public struct StreamTable: ~Copyable {
  public private(set) var streams: [Stream] = []
  private var numbers: [Stream: StreamID] = [:]
  /// Counts the calls of `removeAll`, so that caches of numbers know when theirs are old.
  public private(set) var generation: UInt32 = 0

  public init() {}

  public var count: Int { streams.count }

  /// The name of the label that chooses the tenant; it is never sent (Promtail's documentation, `__tenant_id__`).
  public static let tenantLabel = "__tenant_id__"

  /// The number of the stream with these labels. `__tenant_id__` among them becomes the tenant.
  public mutating func intern(_ labels: LabelSet) -> StreamID {
    var labels = labels
    let tenant = labels[Self.tenantLabel]
    if tenant != nil { labels[Self.tenantLabel] = nil }
    let stream = Stream(labels: labels, tenant: tenant)
    if let known = numbers[stream] { return known }
    let id = StreamID(streams.count)
    streams.append(stream)
    numbers[stream] = id
    return id
  }

  public mutating func removeAll() {
    streams.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
    generation &+= 1
  }
}
