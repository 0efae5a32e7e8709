import Positions
import SwiftailTesting
import Syscalls
import Telemetry
import Testing

@Suite struct ReadStampTests {
  @Test func an_offset_within_a_stretch_has_its_time_plus_its_distance() {
    let stamps = ReadStamps([ReadStamp(start: 100, end: 200, time: 5000), ReadStamp(start: 300, end: 400, time: 9000)])
    #expect(stamps.time(at: 50) == (nil, 100))
    #expect(stamps.time(at: 100) == (5000, 200))
    #expect(stamps.time(at: 150) == (5050, 200))
    #expect(stamps.time(at: 200) == (nil, 300))
    #expect(stamps.time(at: 399) == (9099, 400))
    #expect(stamps.time(at: 400) == (nil, .max))
  }

  @Test func what_is_acknowledged_is_forgotten() {
    var stamps = ReadStamps()
    for start in stride(from: UInt64(0), to: 100, by: 10) {
      stamps.add(ReadStamp(start: start, end: start + 10, time: 1))
    }
    stamps.forget(before: 35)
    #expect(stamps.all.map(\.start) == [30, 40, 50, 60, 70, 80, 90])
    stamps.forget(before: 100)
    #expect(stamps.all.isEmpty)
  }

  private let files = FakeFileSystem()

  private func keeper() throws -> PositionKeeper {
    try PositionKeeper(
      storage: PositionsFileStorage(path: "/p.yaml", files: files, log: Log(sink: { _ in })),
      syncPeriod: 3_600_000_000_000, exists: { _ in true }, log: Log(sink: { _ in }), registry: MetricRegistry())
  }

  private let file = FilePosition(
    path: "/a \"b\".log", job: "j", identity: FileIdentity(device: 1, inode: 2), fingerprint: .empty, offsets: ["c": 0],
    isRotated: false)

  @Test func stamps_that_were_saved_survive_without_a_last_write() throws {
    let first = try keeper()
    let handle = first.table.register(file)
    let stamps = [ReadStamp(start: 0, end: 10, time: 77), ReadStamp(start: 10, end: 30, time: 99)]
    for stamp in stamps { first.table.note(handle, stamp, isNeeded: true) }
    first.saveStamps()
    first.table.note(handle, ReadStamp(start: 30, end: 31, time: 100), isNeeded: true)

    // As after kill -9: nobody closed the first one.
    let second = try keeper()
    #expect(second.table.known(path: file.path, job: "j").first?.stamps.all == stamps)
    second.close()
    first.close()
  }

  @Test func a_journal_that_was_cut_short_gives_its_whole_lines() throws {
    let first = try keeper()
    let handle = first.table.register(file)
    for start in stride(from: UInt64(0), to: 50, by: 10) {
      first.table.note(handle, ReadStamp(start: start, end: start + 10, time: 7), isNeeded: true)
    }
    first.saveStamps()
    let journal = try #require(files.text("/p.yaml.swiftail.stamps"))
    for length in 0..<journal.utf8.count {
      files.remove("/p.yaml.swiftail.stamps")
      files.append("/p.yaml.swiftail.stamps", String(decoding: journal.utf8.prefix(length), as: UTF8.self))
      let again = try keeper()
      let whole = journal.utf8.prefix(length).count { $0 == 0x0a }
      #expect((again.table.known(path: file.path, job: "j").first?.stamps.all.count ?? 0) == whole)
      again.close()
    }
    first.close()
  }
}
