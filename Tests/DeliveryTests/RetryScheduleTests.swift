import Delivery
import Testing

@Suite struct RetryScheduleTests {
  @Test func waits_double_up_to_the_maximum() {
    var schedule = RetrySchedule(.init(minimum: 100, maximum: 1000, attempts: nil))
    let waits = (0..<6).map { _ in schedule.failed(random: 1)! }
    #expect(waits == [100, 200, 400, 800, 1000, 1000])
  }

  @Test func jitter_is_up_to_half() {
    var schedule = RetrySchedule(.init(minimum: 100, maximum: 1000, attempts: nil))
    #expect(schedule.failed(random: 0) == 50)
    #expect(schedule.failed(random: 0.5) == 150)
  }

  @Test func configured_attempts_end() {
    var schedule = RetrySchedule(.init(minimum: 1, maximum: 1, attempts: 3))
    #expect(schedule.failed(random: 1) != nil)
    #expect(schedule.failed(random: 1) != nil)
    #expect(schedule.failed(random: 1) == nil)
  }

  @Test func retry_after_is_honoured_within_an_hour() {
    var schedule = RetrySchedule(.init(minimum: 1, maximum: 10, attempts: nil))
    #expect(schedule.failed(retryAfter: 5_000_000_000, random: 1) == 5_000_000_000)
    #expect(schedule.failed(retryAfter: .max, random: 1) == 3_600_000_000_000)
  }

  @Test func many_failures_do_not_overflow() {
    var schedule = RetrySchedule(.init(minimum: .max / 2, maximum: .max / 2, attempts: nil))
    for _ in 0..<200 { #expect(schedule.failed(random: 1) != nil) }
  }
}
