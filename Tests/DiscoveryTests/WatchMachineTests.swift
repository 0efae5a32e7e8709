import Testing

@testable import Discovery

@Suite struct WatchMachineTests {
  private func listed(_ version: String) -> WatchMachine {
    var machine = WatchMachine()
    machine.take(.page(resourceVersion: version, continued: ""))
    return machine
  }

  @Test func listsInPagesThenWatches() {
    var machine = WatchMachine()
    #expect(machine.next(mayStream: false) == .list(continued: "", resourceVersion: "0", isPaged: true))
    machine.take(.page(resourceVersion: "7", continued: "next"))
    #expect(!machine.beginsList)
    #expect(machine.next(mayStream: false) == .list(continued: "next", resourceVersion: "", isPaged: true))
    machine.take(.page(resourceVersion: "7", continued: ""))
    #expect(machine.next(mayStream: false) == .watch(resourceVersion: "7"))
  }

  @Test func goesOnFromTheLastEvent() {
    var machine = listed("7")
    machine.take(.watchEnded(resourceVersion: "12", wasShort: false))
    #expect(machine.next(mayStream: false) == .watch(resourceVersion: "12"))
  }

  @Test func pausesWhenWatchesEndAtOnce() {
    var machine = listed("7")
    machine.take(.watchEnded(resourceVersion: "7", wasShort: true))
    guard case .pause(let first) = machine.next(mayStream: false) else {
      Issue.record("no pause")
      return
    }
    #expect((800_000_000...1_200_000_000).contains(first))
    #expect(machine.next(mayStream: false) == .watch(resourceVersion: "7"))
  }

  @Test func listsAgainWhenTheVersionIsGone() {
    var machine = listed("7")
    machine.take(.watchEnded(resourceVersion: "12", wasShort: false))
    machine.take(.gone)
    // Not older than what is known.
    #expect(machine.next(mayStream: false) == .list(continued: "", resourceVersion: "12", isPaged: true))
    #expect(machine.beginsList)
  }

  @Test func takesEverythingAtOnceWhenPagesExpire() {
    var machine = WatchMachine()
    machine.take(.page(resourceVersion: "7", continued: "next"))
    machine.take(.gone)
    guard case .pause = machine.next(mayStream: false) else {
      Issue.record("no pause")
      return
    }
    #expect(machine.next(mayStream: false) == .list(continued: "", resourceVersion: "", isPaged: false))
    machine.take(.page(resourceVersion: "9", continued: ""))
    machine.take(.gone)
    #expect(machine.next(mayStream: false) == .list(continued: "", resourceVersion: "9", isPaged: true))
  }

  @Test func asksForTheNewestWhenTheServerIsBehind() {
    var machine = listed("7")
    machine.take(.gone)
    machine.take(.tooNew)
    guard case .pause = machine.next(mayStream: false) else {
      Issue.record("no pause")
      return
    }
    #expect(machine.next(mayStream: false) == .list(continued: "", resourceVersion: "", isPaged: true))
  }

  @Test func waitsAsLongAsTheServerAsks() {
    var machine = WatchMachine()
    machine.take(.failed(retryAfter: 10_000_000_000))
    guard case .pause(let pause) = machine.next(mayStream: false) else {
      Issue.record("no pause")
      return
    }
    #expect((10_000_000_000...12_000_000_000).contains(pause))
    #expect(machine.next(mayStream: false) == .list(continued: "", resourceVersion: "0", isPaged: true))
  }

  @Test func pausesGrowToHalfAMinute() {
    var machine = listed("7")
    var pauses: [Int64] = []
    for _ in 0..<8 {
      machine.take(.failed(retryAfter: nil))
      if case .pause(let pause) = machine.next(mayStream: false) { pauses.append(pause) }
      #expect(machine.next(mayStream: false) == .watch(resourceVersion: "7"))
    }
    #expect(pauses.count == 8)
    #expect(pauses[3] > 6_000_000_000)
    #expect((24_000_000_000...36_000_000_000).contains(pauses[7]))
  }

  // MARK: - Streams

  /// What a stream says that has brought everything, and then was cut.
  private func streamed(_ version: String) -> WatchMachine {
    var machine = WatchMachine()
    machine.take(.page(resourceVersion: version, continued: ""))
    machine.take(.watchEnded(resourceVersion: version, wasShort: false))
    return machine
  }

  @Test func streamsThenWatches() {
    var machine = WatchMachine()
    #expect(machine.beginsList)
    #expect(machine.next(mayStream: true) == .stream(resourceVersion: ""))
    machine = streamed("7")
    #expect(machine.next(mayStream: true) == .watch(resourceVersion: "7"))
  }

  @Test func streamsAgainWhenTheVersionIsGone() {
    var machine = streamed("7")
    machine.take(.gone)
    // Not older than what is known.
    #expect(machine.next(mayStream: true) == .stream(resourceVersion: "7"))
    machine.take(.tooNew)
    guard case .pause = machine.next(mayStream: true) else {
      Issue.record("no pause")
      return
    }
    #expect(machine.next(mayStream: true) == .stream(resourceVersion: ""))
  }

  @Test func listsAtOnceWhereNothingIsStreamed() {
    var machine = WatchMachine()
    _ = machine.next(mayStream: true)
    machine.take(.notStreamed)
    #expect(machine.next(mayStream: true) == .list(continued: "", resourceVersion: "0", isPaged: true))
    machine.take(.page(resourceVersion: "7", continued: "next"))
    #expect(machine.next(mayStream: true) == .list(continued: "next", resourceVersion: "", isPaged: true))
    // A list that has to begin again is still a list.
    machine.take(.failed(retryAfter: nil))
    guard case .pause = machine.next(mayStream: true) else {
      Issue.record("no pause")
      return
    }
    #expect(machine.next(mayStream: true) == .list(continued: "", resourceVersion: "0", isPaged: true))
    machine.take(.page(resourceVersion: "8", continued: ""))
    machine.take(.gone)
    // The stream gets another chance where only one was cut.
    #expect(machine.next(mayStream: true) == .stream(resourceVersion: "8"))
  }

  @Test func triesAStreamAgainWhenTheServerIsAway() {
    var machine = WatchMachine()
    _ = machine.next(mayStream: true)
    machine.take(.failed(retryAfter: nil))
    guard case .pause = machine.next(mayStream: true) else {
      Issue.record("no pause")
      return
    }
    #expect(machine.next(mayStream: true) == .stream(resourceVersion: ""))
  }
}
