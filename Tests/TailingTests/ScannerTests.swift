import LogModel
import SwiftailTesting
import Synchronization
import Syscalls
import Telemetry
import Testing

@testable import Positions
@testable import Tailing

/// Targets that come and go one by one leave the same in view as all of them at once.
@Suite struct ScannerTests {
  private static func target(_ number: Int) -> FileTarget {
    FileTarget(
      job: 0, jobName: "j", path: "/l/\(number % 4)/*.log", exclude: "", labels: LabelSet(["n": String(number)]))
  }

  @Test(arguments: 0..<50 as Range<UInt64>) func targetsThatChange(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let files = FakeFileSystem()
    for directory in 0..<4 { for file in 0..<2 { files.append("/l/\(directory)/\(file).log", "x") } }
    let shared = try Scanner.Shared([])
    let inbox = try ReaderInbox()
    defer {
      shared.wake.close()
      inbox.wake.close()
    }
    var scan = ScanLoop(
      shared: shared, syncPeriod: 1, files: files, log: Log(sink: { _ in }), readers: [inbox], known: [])
    scan.takeOver()
    scan.scan()
    /// How often each target is wanted.
    var wanted: [Int: Int] = [:]
    var sighted: [FileKey: FileTarget] = [:]
    for _ in 0..<40 {
      // Several changes may come before the scanner takes note.
      for _ in 0..<Int.random(in: 1..<4, using: &random) {
        if Int.random(in: 0..<6, using: &random) == 0 {
          wanted = [:]
          for _ in 0..<Int.random(in: 0..<6, using: &random) {
            wanted[.random(in: 0..<8, using: &random), default: 0] += 1
          }
          let all = wanted.flatMap { number, count in (0..<count).map { _ in Self.target(number) } }
          shared.state.withLock {
            $0.targets = all
            $0.change = TargetChange()
          }
          continue
        }
        var change = TargetChange()
        for _ in 0..<Int.random(in: 0..<4, using: &random) {
          let number = Int.random(in: 0..<8, using: &random)
          if Bool.random(using: &random) {
            change.add(Self.target(number))
            wanted[number, default: 0] += 1
          } else if let count = wanted[number], count > 0 {
            change.remove(Self.target(number))
            wanted[number] = count - 1
          }
        }
        shared.state.withLock { $0.change.append(change) }
      }
      scan.takeOver()
      for message in inbox.takeAll() {
        switch message {
        case .sighted(let sighting): #expect(sighted.updateValue(sighting.target, forKey: sighting.key) == nil)
        case .release(let key): #expect(sighted.removeValue(forKey: key) != nil)
        default: Issue.record("unexpected")
        }
      }
      let expected = wanted.filter { $0.value > 0 }.keys.flatMap { number in
        (0..<2).map { "\(number) /l/\(number % 4)/\($0).log" }
      }
      func names(_ files: [FileKey: FileTarget]) -> [String] {
        files.map { key, target in "\(target.labels["n"] ?? "") \(key.path)" }
      }
      #expect(names(sighted).sorted() == expected.sorted())
      #expect(names(shared.state.withLock { $0.files }).sorted() == expected.sorted())
    }
  }
}
