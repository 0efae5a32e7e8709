import Testing

@testable import HTTPEdge

@Suite struct AnsweringTests {
  /// The example of RFC 9110, 5.6.7.
  @Test func the_date_is_written_as_the_rfc_has_it() {
    #expect(Answering.date(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
  }
}
