import Testing

@testable import HTTPEdge

@Suite struct RetryAfterTests {
  @Test func seconds_and_dates_are_understood_and_other_values_are_none() {
    #expect(RetryAfter.nanoseconds("7") == 7_000_000_000)
    #expect(RetryAfter.nanoseconds("Sun, 06 Nov 1994 08:49:37 GMT", now: 784_111_770) == 7_000_000_000)
    #expect(RetryAfter.nanoseconds("Sun, 06 Nov 1994 08:49:37 GMT", now: 784_111_800) == 0)
    #expect(RetryAfter.nanoseconds("-1") == nil)
    #expect(RetryAfter.nanoseconds("soon") == nil)
  }
}
