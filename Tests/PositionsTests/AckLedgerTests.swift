import Positions
import Testing

@Suite struct AckLedgerTests {
  @Test func a_span_whose_entries_were_all_dropped_is_acked_at_once() {
    var ledger = AckLedger(acked: 100)
    let span = ledger.open(end: 150)
    #expect(ledger.acked == 100)
    let isMoved = ledger.release(span)
    #expect(isMoved)
    #expect(ledger.acked == 150)
    #expect(!ledger.hasOpenSpans)
  }

  @Test func the_position_waits_for_the_earliest_batch() {
    var ledger = AckLedger(acked: 0)
    let first = ledger.open(end: 10)
    ledger.retain(first)
    _ = ledger.release(first)
    let second = ledger.open(end: 20)
    ledger.retain(second)
    _ = ledger.release(second)
    let isMovedByLater = ledger.release(second)
    #expect(!isMovedByLater)
    #expect(ledger.acked == 0)
    let isMovedByFirst = ledger.release(first)
    #expect(isMovedByFirst)
    #expect(ledger.acked == 20)
  }

  @Test func a_span_shared_by_several_batches_is_done_when_all_are() {
    var ledger = AckLedger(acked: 0)
    let span = ledger.open(end: 10)
    ledger.retain(span)
    ledger.retain(span)
    _ = ledger.release(span)
    let isMovedByOne = ledger.release(span)
    #expect(!isMovedByOne)
    let isMovedByAll = ledger.release(span)
    #expect(isMovedByAll)
    #expect(ledger.acked == 10)
  }

  @Test(arguments: 0..<50) func any_order_of_acks_ends_at_the_end(seed: UInt64) {
    var random = SplitMix(state: seed)
    var ledger = AckLedger(acked: 0)
    var open: [(span: UInt64, end: UInt64)] = []
    var end: UInt64 = 0
    for _ in 0..<2000 {
      if open.isEmpty || random.next() % 2 == 0 {
        end += random.next() % 1000 + 1
        open.append((ledger.open(end: end), end))
      } else {
        let place = Int(random.next() % UInt64(open.count))
        _ = ledger.release(open.remove(at: place).span)
      }
      // Never past what is still held.
      #expect(open.allSatisfy { ledger.acked < $0.end })
    }
    for rest in open { _ = ledger.release(rest.span) }
    #expect(ledger.acked == end)
    #expect(!ledger.hasOpenSpans)
  }
}

struct SplitMix {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
