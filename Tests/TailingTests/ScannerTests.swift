import LogModel
import Positions
import SwiftailTesting
import Synchronization
import Syscalls
import Telemetry
import Testing

@testable import Tailing

/// Looking for files again and again, where next to nothing changes.
@Suite struct ScannerTests {
  private let clock = VirtualClock()
  private let files: FakeFileSystem
  private let inbox: ReaderInbox
  private var loop: ScanLoop

  init() throws {
    let clock = clock
    files = FakeFileSystem(now: { clock.wall() })
    inbox = try ReaderInbox()
    for pod in 0..<20 { files.append("/pods/pod\(pod)/app/0.log", "line\n") }
    loop = ScanLoop(
      shared: try Scanner.Shared([
        FileTarget(job: 0, jobName: "j", path: "/pods/*/*/*.log", exclude: "", labels: .empty)
      ]), syncPeriod: 1, files: files, clocks: clock, log: Log(sink: { _ in }), readers: [inbox], known: [])
    clock.advance(seconds: 10)
    loop.takeOver()
    loop.scan()
  }

  private var paths: [String] { loop.targets.values.flatMap { $0.found.keys }.sorted() }

  private mutating func lookLater() {
    clock.advance(seconds: 10)
    loop.scan()
  }

  @Test mutating func directories_that_are_as_they_were_are_not_read_again() {
    let before = files.listings
    #expect(paths.count == 20)
    lookLater()
    lookLater()
    #expect(files.listings == before)
    #expect(paths.count == 20)
  }

  @Test mutating func new_files_and_directories_are_found_at_the_next_look() {
    lookLater()
    files.append("/pods/pod7/app/1.log", "")
    lookLater()
    #expect(paths.contains("/pods/pod7/app/1.log"))
    files.append("/pods/new/app/0.log", "")
    lookLater()
    #expect(paths.contains("/pods/new/app/0.log"))
    files.remove("/pods/new/app/0.log")
    lookLater()
    #expect(!paths.contains("/pods/new/app/0.log"))
  }

  @Test mutating func what_came_right_after_a_look_is_found() {
    // In one tick of the clock that directories are stamped with.
    files.append("/pods/pod1/app/1.log", "")
    loop.scan()
    files.append("/pods/pod1/app/2.log", "")
    lookLater()
    #expect(paths.contains("/pods/pod1/app/2.log"))
  }

  @Test mutating func another_file_under_the_path_is_seen_where_directories_tell_nothing() throws {
    files.stampNoDirectories()
    let before = loop.targets[0]?.found["/pods/pod3/app/0.log"]
    files.remove("/pods/pod3/app/0.log")
    files.append("/pods/pod3/app/0.log", "another\n")
    lookLater()
    let now = try #require(loop.targets[0]?.found["/pods/pod3/app/0.log"])
    #expect(now != before)
  }

  @Test mutating func all_directories_are_read_now_and_then() {
    files.stampNoDirectories()
    files.append("/pods/pod3/app/1.log", "")
    for _ in 0..<7 { lookLater() }
    #expect(paths.contains("/pods/pod3/app/1.log"))
  }

  @Test mutating func a_directory_that_could_not_be_read_is_read_again() {
    files.append("/pods/pod3/app/1.log", "")
    clock.advance(seconds: 10)
    files.fail(.entries, with: .tooManyOpenFiles)
    loop.scan()
    files.fail(.entries, with: nil)
    lookLater()
    #expect(paths.count == 21)
  }

  @Test mutating func a_target_that_comes_later_does_not_hide_a_change_from_others() {
    lookLater()
    files.append("/pods/pod3/app/1.log", "")
    clock.advance(seconds: 10)
    let first = FileTarget(job: 0, jobName: "j", path: "/pods/*/*/*.log", exclude: "", labels: .empty)
    let second = FileTarget(job: 1, jobName: "k", path: "/pods/pod3/*/*.log", exclude: "", labels: .empty)
    loop.shared.state.withLock { $0.targets = [first, second] }
    loop.takeOver()
    lookLater()
    #expect(paths.filter { $0 == "/pods/pod3/app/1.log" }.count == 2)
  }
}
