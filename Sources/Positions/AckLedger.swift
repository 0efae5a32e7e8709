/// Names one span of one file for one client: what a batch holds a share of until it is acknowledged.
public struct AckTicket: Hashable, Sendable {
  /// The reader's own number for the file.
  public var file: UInt32
  /// Counts the lives of that number, so that a late acknowledgement cannot move another file's position.
  public var life: UInt32
  public var client: UInt32
  public var span: UInt64

  public init(file: UInt32, life: UInt32, client: UInt32, span: UInt64) {
    self.file = file
    self.life = life
    self.client = client
    self.span = span
  }
}

/// Decides how far a client has acknowledged a file.
///
/// A file is read in spans, one after the other. A span is done when the reader and every batch that took entries from
/// it have let go of it; the position moves to the end of the last span before which all are done. So batches may be
/// answered in any order, for several tenants at once, and a span whose entries were all dropped holds nothing up.
public struct AckLedger: Sendable {
  private struct Span {
    var end: UInt64
    var holders: Int32
  }
  private var spans: [Span] = []
  /// Spans at the front of `spans` that are done; cut off now and then, not each time.
  private var done = 0
  /// The number of `spans[0]`.
  private var first: UInt64 = 0
  /// Everything before this offset is acknowledged: bytes.
  public private(set) var acked: UInt64

  /// - Parameters:
  ///   - acked: where reading begins.
  ///   - first: the number of the first span, so that what is late for an earlier ledger in the same place is told from it.
  public init(acked: UInt64, first: UInt64 = 0) {
    self.acked = acked
    self.first = first
  }

  /// Where the last span ends, or the position if there is none: bytes.
  public var end: UInt64 { spans.last?.end ?? acked }

  /// Whether something that was read is not acknowledged.
  public var hasOpenSpans: Bool { done < spans.count }

  /// Begins a span that ends before `end`; the reader holds it until it calls `release`.
  public mutating func open(end: UInt64) -> UInt64 {
    assert(end >= self.end, "spans follow one another")
    spans.append(Span(end: end, holders: 1))
    return first + UInt64(spans.count - 1)
  }

  /// Ends the last span, which the reader holds, before `offset`, and begins another for its rest.
  ///
  /// What was taken of the span so far so is acknowledged by itself, and not read again when what follows is not.
  /// - Returns: the span that holds what follows; the same where there is nothing to cut.
  public mutating func cut(_ span: UInt64, at offset: UInt64) -> UInt64 {
    let place = Int(span - first)
    let start = place > 0 ? spans[place - 1].end : acked
    guard place == spans.count - 1, offset > start, offset < spans[place].end else { return span }
    let end = spans[place].end
    spans[place].end = offset
    spans[place].holders -= 1
    spans.append(Span(end: end, holders: 1))
    return span + 1
  }

  /// A batch takes entries from the span.
  public mutating func retain(_ span: UInt64) {
    spans[Int(span - first)].holders += 1
  }

  /// The reader, or a batch, has done with the span. True when the position moved.
  public mutating func release(_ span: UInt64) -> Bool {
    // Of an earlier ledger in this place, whose client has gone.
    guard span >= first, span - first < UInt64(spans.count) else { return false }
    let place = Int(span - first)
    assert(spans[place].holders > 0, "a span is let go of once by each holder")
    spans[place].holders -= 1
    let before = done
    while done < spans.count, spans[done].holders == 0 {
      acked = spans[done].end
      done += 1
    }
    let moved = done != before
    if done == spans.count || (done > 32 && done * 2 > spans.count) {
      spans.removeFirst(done)
      first += UInt64(done)
      done = 0
    }
    return moved
  }
}
