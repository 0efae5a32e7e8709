import Testing

@testable import Delivery

@Suite struct StopSignalTests {
  private let signal = StopSignal()
  private let hour = Duration.seconds(3600)

  @Test func a_sleep_ends_by_itself() async {
    let began = ContinuousClock.now
    await signal.sleep(for: .milliseconds(20))
    #expect(began.duration(to: .now) >= .milliseconds(20))
    #expect(!signal.isRaised)
  }

  @Test(.timeLimit(.minutes(1))) func all_who_sleep_are_woken() async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<100 { group.addTask { await signal.sleep(for: hour) } }
      group.addTask { signal.raise() }
    }
    #expect(signal.isRaised)
    // Who comes later does not sleep.
    await signal.sleep(for: hour)
  }

  @Test(.timeLimit(.minutes(1))) func a_cancelled_task_does_not_sleep_on() async {
    let task = Task { await signal.sleep(for: hour) }
    task.cancel()
    await task.value
    #expect(!signal.isRaised)
  }
}
