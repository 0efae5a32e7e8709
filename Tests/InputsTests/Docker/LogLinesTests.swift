import Feeding
import LogModel
import Positions
import Syscalls
import Testing

@testable import Inputs

@Suite struct LogLinesTests {
  private let second: Int64 = 1_000_000_000
  private let labels: [OutputStream: LabelSet] = [
    .stdout: LabelSet(["stream": "stdout"]), .stderr: LabelSet(["stream": "stderr"]),
  ]

  private func take(_ lines: inout LogLines, _ stream: OutputStream, _ text: String, isCut: Bool = false) {
    Array(text.utf8).withUnsafeBufferPointer { lines.take(stream, $0, isCut: isCut) }
  }

  private func entries(_ lines: inout LogLines) -> [String] {
    guard let (chunk, _) = lines.takeChunk() else { return [] }
    return chunk.entries.map { entry in
      let line = chunk.bytes[Int(entry.start)..<Int(entry.start + entry.length)]
      return "\(chunk.labelSets[Int(entry.labels)]["stream"]!.dropFirst(3)) \(String(decoding: line, as: UTF8.self))"
    }
  }

  private func at(_ place: ContainerPlace) -> LogLines {
    var lines = LogLines(labels: labels)
    lines.begin(behind: ContainerPlace(place.saved))
    return lines
  }

  @Test func timesAreTakenOffAndKept() {
    var lines = LogLines(labels: labels)
    take(&lines, .stdout, "2023-10-11T22:14:15.003000001Z a b\n")
    take(&lines, .stderr, "2023-10-12T00:14:15.003+02:00 \n")
    let (chunk, place) = lines.takeChunk()!
    #expect(
      chunk.entries.map(\.time) == [
        Timestamp(seconds: 1_697_062_455, nanoseconds: 3_000_001),
        Timestamp(seconds: 1_697_062_455, nanoseconds: 3_000_000),
      ])
    #expect(String(decoding: chunk.bytes, as: UTF8.self) == "a b")
    #expect(chunk.place.entry == "1697062455")
    #expect(chunk.place.exact == "stdout=1697062455003000001/1 stderr=1697062455003000000/1")
    #expect(place.since == "1697062455.003000000")
  }

  @Test func whatIsNoMessageIsCountedAndPassedOver() {
    var lines = LogLines(labels: labels)
    for bad in ["nonsense\n", "", "\n", "2023-10-11 22:14:15 x\n", "9999999-10-11T22:14:15Z x\n"] {
      take(&lines, .stdout, bad)
    }
    take(&lines, .stdout, "2023-10-11T22:14:15Z good\n")
    #expect(entries(&lines) == ["out good"])
    let counts = lines.takeCounts()
    #expect(counts.malformed == 5)
    #expect(counts.entries == 1)
  }

  @Test func partsAreJoinedForEachStreamByItself() {
    var lines = LogLines(labels: labels)
    take(&lines, .stdout, "2023-10-11T22:14:15.1Z one, ")
    take(&lines, .stderr, "2023-10-11T22:14:15.1Z ONE, ")
    take(&lines, .stdout, "2023-10-11T22:14:15.1Z two\n")
    take(&lines, .stderr, "2023-10-11T22:14:15.1Z TWO\n")
    #expect(entries(&lines) == ["out one, two", "err ONE, TWO"])
  }

  @Test func aFrameMayHoldSeveralMessagesOrAPartWithoutItsTime() {
    var lines = LogLines(labels: labels)
    take(
      &lines, .stdout, "2023-10-11T22:14:15.1Z one\n2023-10-11T22:14:15.2Z two\nstill two\n2023-10-11T22:14:15.3Z th")
    take(&lines, .stdout, "ree\n")
    #expect(entries(&lines) == ["out one", "out two\nstill two", "out three"])
    #expect(lines.takeCounts().malformed == 0)
  }

  @Test func aWriterThatDiedWithoutALineEndDoesNotTakeTheNextLineWithIt() {
    var lines = LogLines(labels: labels)
    take(&lines, .stdout, "2023-10-11T22:14:15Z no end")
    take(&lines, .stdout, "2023-10-11T22:14:19Z next\n")
    #expect(entries(&lines) == ["out no end", "out next"])
    // Podman tells whole seconds, and a long line may go over the end of one.
    let long = String(repeating: "x", count: 8192)
    take(&lines, .stdout, "2023-10-11T22:14:19Z \(long)")
    take(&lines, .stdout, "2023-10-11T22:14:20Z y\n")
    #expect(entries(&lines) == ["out \(long)y"])
  }

  @Test func aLineIsCutAtItsLimit() {
    var lines = LogLines(labels: labels)
    let part = String(repeating: "x", count: 16384)
    for _ in 0..<100 { take(&lines, .stdout, "2023-10-11T22:14:15Z \(part)") }
    take(&lines, .stdout, "2023-10-11T22:14:15Z end\n")
    take(&lines, .stdout, "2023-10-11T22:14:15Z next\n")
    let got = entries(&lines)
    #expect(got.map(\.utf8.count) == [LogLines.longestLine + 4, 8])
    #expect(lines.takeCounts().cut == 1)
  }

  @Test func partsOfATerminalsLineLoseTheirTimes() {
    var lines = LogLines(labels: labels)
    let part = String(repeating: "x", count: 16384)
    let text = "2023-10-11T22:14:15.5Z \(part)2023-10-11T22:14:15.5Z \(part)2023-10-11T22:14:15.5Z end"
    Array(text.utf8).withUnsafeBufferPointer { lines.take(line: $0, isCut: false) }
    #expect(entries(&lines) == ["out \(part)\(part)end"])
  }

  @Test func equalTimesInWholeSecondsAreToldApart() {
    var lines = LogLines(labels: labels)
    for _ in 0..<3 { take(&lines, .stdout, "2023-10-11T22:14:15Z tick\n") }
    let times = lines.takeChunk()!.0.entries.map(\.time.nanoseconds)
    #expect(times == [0, 1, 2])
    // And again in the same way when they are read again from the middle.
    var again = at(lines.place)
    for _ in 0..<5 { take(&again, .stdout, "2023-10-11T22:14:15Z tick\n") }
    #expect(again.takeChunk()!.0.entries.map(\.time.nanoseconds) == [3, 4])
  }

  @Test func fromEveryPlaceTheRestComesOnce() {
    // Streams whose times cross, equal times, a line in parts.
    let log: [(OutputStream, String)] = [
      (.stdout, "2023-10-11T22:14:10Z a\n"), (.stdout, "2023-10-11T22:14:15.3Z b\n"),
      (.stderr, "2023-10-11T22:14:15.2Z c\n"),
      (.stdout, "2023-10-11T22:14:15.4Z d"), (.stderr, "2023-10-11T22:14:15.3Z e\n"),
      (.stdout, "2023-10-11T22:14:15.4Z D\n"),
      (.stderr, "2023-10-11T22:14:15.3Z f\n"), (.stdout, "2023-10-11T22:14:15.4Z g\n"),
      (.stderr, "2023-10-11T22:14:25Z h\n"),
      (.stdout, "2023-10-11T22:14:24.9Z i\n"),
    ]
    let all = ["out a", "out b", "err c", "err e", "out dD", "err f", "out g", "err h", "out i"]
    for stop in 0...log.count {
      var lines = LogLines(labels: labels)
      lines.begin(behind: nil)
      for message in log[..<stop] { take(&lines, message.0, message.1) }
      var got = entries(&lines)
      let place = lines.place
      var rest = at(place)
      // What the engine sends from that time on.
      let since = place.since == "0" ? 0 : Int64(Double(place.since)! * 1e9)
      for message in log {
        let time = Array(message.1.utf8.prefix { $0 != 0x20 }).withUnsafeBufferPointer { rest.time($0)! }
        if time >= since { take(&rest, message.0, message.1) }
      }
      got += entries(&rest)
      #expect(got.sorted() == all.sorted(), "stopped after \(stop)")
    }
  }

  @Test func promtailsSecondsAreAskedForAgainFromTheirBeginning() {
    let place = ContainerPlace(SourcePlace(entry: "1697062455"))!
    #expect(place.since == "1697062455")
    var lines = LogLines(labels: labels)
    lines.begin(behind: place)
    take(&lines, .stdout, "2023-10-11T22:14:14.9Z older\n")
    take(&lines, .stdout, "2023-10-11T22:14:15Z that second\n")
    #expect(entries(&lines) == ["out that second"])
    #expect(ContainerPlace(SourcePlace(entry: "no number")) == nil)
    #expect(ContainerPlace(SourcePlace(entry: "1", exact: "stdout=x/y")) == nil)
  }

  @Test func aClockThatIsSetBackLosesNothing() {
    var lines = LogLines(labels: labels)
    take(&lines, .stderr, "2023-10-11T22:14:15Z before\n")
    take(&lines, .stdout, "2023-10-11T20:00:00Z after\n")
    var rest = at(lines.place)
    take(&rest, .stderr, "2023-10-11T20:00:00.5Z new\n")
    #expect(entries(&rest) == ["err new"])
  }

  @Test func aDroppedStreamMovesThePlaceAlone() {
    var lines = LogLines(labels: [.stderr: LabelSet(["stream": "stderr"])])
    take(&lines, .stdout, "2023-10-11T22:14:15Z dropped\n")
    let (chunk, _) = lines.takeChunk()!
    #expect(chunk.entries.isEmpty)
    #expect(chunk.place.entry == "1697062455")
    take(&lines, .stderr, "2023-10-11T22:14:15Z kept\n")
    #expect(entries(&lines) == ["err kept"])
  }

  @Test func placesAreWrittenAndRead() {
    var place = ContainerPlace()
    place.stdout = .init(time: 1_697_062_455_003_000_001, count: 2)
    place.stderr = .init(time: 1_697_062_454_003_000_001, count: 0)
    place.file = .init(identity: FileIdentity(device: 259, inode: 77), start: 10, end: 30)
    #expect(ContainerPlace(place.saved) == place)
    #expect(place.saved.time == 1_697_062_455_003_000_001)
    #expect(place.since == "1697062454.003000001")
  }
}
