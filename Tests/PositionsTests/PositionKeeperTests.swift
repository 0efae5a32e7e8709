import Glibc
import Positions
import SwiftailTesting
import Synchronization
import Syscalls
import Telemetry
import Testing

@Suite struct PositionKeeperTests {
  private let files = FakeFileSystem()
  private let registry = MetricRegistry()
  private let messages = Messages()

  private final class Messages: Sendable {
    private let all = Mutex<[String]>([])
    func add(_ line: String) { all.withLock { $0.append(line) } }
    var text: String { all.withLock { $0.joined() } }
  }

  private func keeper() throws -> PositionKeeper {
    let (messages, files) = (messages, files)
    let log = Log(sink: { messages.add($0) })
    return try PositionKeeper(
      storage: PositionsFileStorage(path: "/run/positions.yaml", files: files, log: log), syncPeriod: 1_000_000,
      exists: { path in
        if case .success = files.status(at: path) { return true }
        return false
      }, log: log, registry: registry)
  }

  private func position(_ path: String, _ offset: UInt64, inode: UInt64 = 1, isRotated: Bool = false) -> FilePosition {
    FilePosition(
      path: path, job: "j", identity: FileIdentity(device: 1, inode: inode), fingerprint: .empty,
      offsets: ["c": offset], isRotated: isRotated)
  }

  @Test func what_is_reported_is_written_at_the_end() throws {
    let keeper = try keeper()
    let handle = keeper.table.register(position("/a.log", 0))
    keeper.table.update(handle) { $0.offsets["c"] = 7 }
    keeper.close()
    #expect(files.text("/run/positions.yaml") == "positions:\n  /a.log: \"7\"\n")
    let again = try self.keeper()
    #expect(again.table.known(path: "/a.log", job: "j") == [position("/a.log", 7)])
    #expect(again.table.inherited(path: "/a.log", job: "j") == 7)
    again.close()
  }

  @Test func the_slowest_job_and_client_decide_and_rotated_files_do_not() throws {
    let keeper = try keeper()
    _ = keeper.table.register(position("/a.log", 9))
    let other = keeper.table.register(position("/a.log", 5))
    keeper.table.update(other) { $0.offsets["d"] = 3 }
    _ = keeper.table.register(position("/a.log", 1, inode: 2, isRotated: true))
    keeper.close()
    #expect(files.text("/run/positions.yaml") == "positions:\n  /a.log: \"3\"\n")
  }

  @Test func entries_of_files_that_are_gone_vanish_and_keys_of_other_inputs_stay() throws {
    files.append("/there.log", "x")
    files.append(
      "/run/positions.yaml",
      "positions:\n  /gone.log: \"1\"\n  /there.log: \"2\"\n  cursor-x: \"3\"\n  journal-y: s=1\n")
    let keeper = try keeper()
    _ = keeper.table.register(position("/a.log", 4))
    keeper.close()
    #expect(
      files.text("/run/positions.yaml")
        == "positions:\n  /a.log: \"4\"\n  /there.log: \"2\"\n  cursor-x: \"3\"\n  journal-y: s=1\n")
  }

  @Test func a_broken_file_is_kept_aside_and_what_is_whole_is_used() throws {
    files.append("/run/positions.yaml", "positions:\n  /a.log: \"5\"\n  /b.log: \"12")
    let keeper = try keeper()
    #expect(keeper.table.inherited(path: "/a.log", job: "j") == 5)
    #expect(keeper.table.inherited(path: "/b.log", job: "j") == nil)
    #expect(files.text("/run/positions.yaml.broken") != nil)
    #expect(messages.text.contains("line=3"))
    keeper.close()
  }

  @Test func a_full_disk_is_counted_and_told_and_the_next_write_catches_up() throws {
    files.fail(.replace, with: .noSpace)
    let keeper = try keeper()
    _ = keeper.table.register(position("/a.log", 4))
    let failures = registry.counter("swiftail_positions_write_failures_total", "").with()
    while failures.current < 3 { sched_yield() }
    #expect(messages.text.contains("no space left"))
    files.fail(.replace, with: nil)
    keeper.close()
    #expect(files.text("/run/positions.yaml") == "positions:\n  /a.log: \"4\"\n")
  }

  @Test func a_directory_in_the_place_of_the_file_stops_the_start() {
    files.fail(.read, with: Errno(21))
    #expect(throws: PositionStorageError.self) { try keeper() }
  }
}
