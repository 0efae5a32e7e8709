import Syscalls
import Testing

@testable import Positions

@Suite struct PositionsFileTests {
  @Test func what_promtail_writes_is_read_and_written_again_byte_for_byte() {
    let text = "positions:\n  /var/log/a.log: \"5\"\n  /var/log/b.log: \"6\"\n"
    let content = PositionsFile.parse(Array(text.utf8))
    #expect(content.problem == nil)
    #expect(content.entries == ["/var/log/a.log": "5", "/var/log/b.log": "6"])
    #expect(PositionsFile.bytes([], content.entries) == Array(text.utf8))
  }

  @Test(arguments: [
    "/a b.log", "/c: d #e.log", "/it's \"q\".log", "/żółć.log", "/tab\there", "/line\nbreak", "/back\\slash",
    "cursor-abc",
    "/ends with colon:", "/" + String(repeating: "x", count: 300), "/{a}[b]*&!|>%@`",
  ])
  func every_name_survives(name: String) {
    let text = String(decoding: PositionsFile.bytes([], [name: "12"]), as: UTF8.self)
    let content = PositionsFile.parse(Array(text.utf8))
    #expect(content.problem == nil, "\(text)")
    #expect(content.entries == [name: "12"], "\(text)")
  }

  @Test func unquoted_numbers_and_long_keys_over_two_lines_are_read() {
    let long = "/" + String(repeating: "y", count: 200)
    let content = PositionsFile.parse(Array("positions:\n  /a.log: 77\n  ? \(long)\n  : \"8\"\n".utf8))
    #expect(content.entries == ["/a.log": "77", long: "8"])
  }

  @Test func a_file_cut_short_gives_what_is_whole() {
    let whole = Array("positions:\n  /a.log: \"5\"\n  /b.log: \"1234\"\n".utf8)
    for length in 0..<whole.count {
      let content = PositionsFile.parse(Array(whole[..<length]))
      if length >= 27 { #expect(content.entries["/a.log"] == "5", "cut at \(length)") }
      for (path, offset) in content.entries where path == "/b.log" {
        #expect("1234".hasPrefix(offset) && !offset.isEmpty)
      }
    }
  }

  @Test func nul_bytes_and_other_text_are_reported_with_their_line() {
    #expect(PositionsFile.parse([UInt8](repeating: 0, count: 100)).problem?.line == 1)
    #expect(PositionsFile.parse(Array("positions:\n  /a: \"1\"\n\t- broken {\n".utf8)).problem?.line == 3)
    #expect(PositionsFile.parse(Array("something: else\n".utf8)).problem != nil)
    #expect(PositionsFile.parse([]).problem == nil)
  }
}

@Suite struct IdentityFileTests {
  static let files = [
    FilePosition(
      path: "/var/log/a b.log", job: "ju \"st", identity: FileIdentity(device: 1, inode: 2),
      fingerprint: Fingerprint(length: 1024, hash: 0xDEAD_BEEF), offsets: ["one": 10, "two \\ x": 20], isRotated: false),
    FilePosition(
      path: "/z\nz", job: "", identity: FileIdentity(device: .max, inode: .max), fingerprint: .empty, offsets: [:],
      isRotated: true),
  ]

  private static let sources: SourcePlaces = [
    SourceKey(job: "j \"1\"", entry: "cursor-c0ffee"): [
      "one": SourcePlace(entry: "1697062455", exact: "1697062455003000001 2", time: 1_697_062_455_003_000_001),
      "two": SourcePlace(entry: "1697062450", time: 1_697_062_450_000_000_000),
    ],
    SourceKey(job: "", entry: "journal-j"): ["one": SourcePlace(entry: "s=1;i=2\n", exact: "", time: -1)],
  ]

  @Test func a_client_that_has_acknowledged_nothing_begins_where_it_began() throws {
    let key = SourceKey(job: "j", entry: "journal-j")
    let first = PositionTable(StoredPositions(entries: ["journal-p": "s=p"]))
    for client in ["up", "down"] { #expect(first.takeUp(key, client: client) == nil) }
    first.update(key, client: "up", SourcePlace(entry: "s=9", time: 9))
    let inherited = SourceKey(job: "p", entry: "journal-p")
    for client in ["up", "down"] { #expect(first.takeUp(inherited, client: client) == SourcePlace(entry: "s=p")) }
    first.update(inherited, client: "up", SourcePlace(entry: "s=q", time: 9))
    // A place before the first entry, such as a time, has no word there either.
    let timed = SourceKey(job: "t", entry: "journal-t")
    first.update(timed, client: "up", SourcePlace(entry: "", exact: "t=1", time: 1_000))
    let stored = try #require(first.takeChanges { _ in true })
    // Whoever reads only this file begins where the slowest did.
    #expect(stored.others == ["journal-p": "s=p"])
    let second = PositionTable(StoredPositions(entries: stored.others, sources: stored.sources))
    #expect(second.takeUp(key, client: "up")?.entry == "s=9")
    #expect(second.takeUp(key, client: "down") == nil)
    #expect(second.takeUp(key, client: "new") == nil)
    #expect(second.takeUp(inherited, client: "down")?.entry == "s=p")
    #expect(second.takeUp(timed, client: "up")?.exact == "t=1")
  }

  @Test func the_slowest_client_of_a_source_counts_unless_someone_else_wrote_since() {
    let key = SourceKey(job: "j \"1\"", entry: "cursor-c0ffee")
    let table = PositionTable(StoredPositions(entries: ["cursor-c0ffee": "1697062450"], sources: Self.sources))
    #expect(table.place(of: key, client: "one")?.exact == "1697062455003000001 2")
    #expect(table.place(of: key, client: "new")?.entry == "1697062450")
    table.update(key, client: "two", SourcePlace(entry: "1697062460", time: 1_697_062_460_000_000_000))
    #expect(table.takeChanges(exists: { _ in true })?.others["cursor-c0ffee"] == "1697062455")
    table.keep(key, clients: ["two"])
    #expect(table.takeChanges(exists: { _ in true })?.others["cursor-c0ffee"] == "1697062460")

    let changed = PositionTable(StoredPositions(entries: ["cursor-c0ffee": "1697062499"], sources: Self.sources))
    #expect(changed.place(of: key, client: "one") == SourcePlace(entry: "1697062499"))
  }

  @Test func what_is_written_is_read_again() {
    var finished = FinishedFiles()
    finished.add(Fingerprint(length: 1024, hash: 7), .init(path: "/z\nz \"", job: "j 1"))
    finished.add(Fingerprint(length: 80, hash: .max), .init(path: "/z\nz \"", job: "j 1"))
    let read = IdentityFile.parse(IdentityFile.bytes(Self.files, finished, Self.sources))
    #expect(read?.files == Self.files)
    #expect(read?.finished == finished)
    #expect(read?.sources == Self.sources)
  }

  @Test func a_torn_or_changed_file_is_not_believed() {
    let bytes = IdentityFile.bytes(Self.files, FinishedFiles(), Self.sources)
    for length in 0..<bytes.count { #expect(IdentityFile.parse(Array(bytes[..<length]))?.files == nil) }
    for place in 0..<bytes.count {
      var changed = bytes
      changed[place] ^= 1
      #expect(IdentityFile.parse(changed)?.files == nil, "byte \(place)")
    }
  }
}
