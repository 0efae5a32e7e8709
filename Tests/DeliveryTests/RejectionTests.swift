import Testing

@testable import Delivery

@Suite struct RejectionTests {
  @Test(arguments: [
    (
      "entry for stream '{job=\"a\"}' has timestamp too old: 2020-01-01T00:00:00Z, oldest acceptable timestamp is: …",
      "greater_than_max_sample_age"
    ),
    ("Maximum active stream limit exceeded when trying to create stream {…}", "stream_limit"),
    ("Ingestion rate limit exceeded for user fake (limit: 1 bytes/sec)", "rate_limited"),
    ("Per stream rate limit exceeded (limit: 3MB/sec)", "per_stream_rate_limit"),
    (
      "Max entry size '256000' bytes exceeded for stream '{}' while adding an entry with length '300000' bytes",
      "line_too_long"
    ),
    ("error at least one label pair is required per stream", "missing_labels"),
    ("entry too far behind, entry timestamp is: …", "too_far_behind"),
    ("something else", "other"), ("", "other"),
  ])
  func answers_have_reasons(_ answer: String, _ reason: String) { #expect(Rejection.reason(of: answer) == reason) }

  @Test func one_kind_is_told_of_once_a_minute_with_its_number() {
    let report = GivenUpReport()
    let start = ContinuousClock.now
    func note(_ seconds: Int, _ status: Int = 400) -> Int? {
      report.note(status: status, reason: "other", entries: 10, now: start + .seconds(seconds))?.entries
    }
    #expect(note(0) == 10)
    #expect(note(1) == nil)
    #expect(note(59) == nil)
    #expect(note(2, 422) == 10)
    #expect(note(61) == 30)
    #expect(note(62) == nil)
  }
}
