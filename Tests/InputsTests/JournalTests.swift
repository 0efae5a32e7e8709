import AgentConfiguration
import Bytes
import Feeding
import Glibc
import LogModel
import Positions
import Syscalls
import Testing

@testable import Inputs

/// Runs the body with the text's bytes.
private func bytes<Result>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
  Array(text.utf8).withUnsafeBufferPointer(body)
}

private func job(_ text: String) throws -> ScrapeConfiguration {
  try AgentConfiguration.load(text: "scrape_configs: [{job_name: j, journal: {}, \(text)}]", file: "c").scrapeConfigs[0]
}

@Suite struct JournalConfigurationTests {
  private func journal(_ text: String) throws -> JournalConfiguration {
    try #require(
      try AgentConfiguration.load(text: "scrape_configs: [{job_name: j, journal: {\(text)}}]", file: "c")
        .scrapeConfigs[0].journal)
  }

  @Test func agesAreGosOrPrometheus() throws {
    let hour: Int64 = 3_600_000_000_000
    #expect(try journal("max_age: 12h").writtenMaxAge == 12 * hour)
    #expect(try journal("max_age: 1.5h").writtenMaxAge == hour * 3 / 2)
    #expect(try journal("max_age: 7d").writtenMaxAge == 7 * 24 * hour)
    #expect(try journal("").writtenMaxAge == nil)
    #expect(try journal("max_age: soon").writtenMaxAge == nil)
    #expect(JournalConfiguration.defaultMaxAge == 7 * hour)
  }

  @Test func matchesAreJournalctls() throws {
    #expect(
      try journal("matches: '_UID=0  _COMM=a=b + PRIORITY=3'").matchTerms
        == [.field("_UID=0"), .field("_COMM=a=b"), .or, .field("PRIORITY=3")])
    #expect(try journal("").matchTerms == [])
    for wrong in ["unit", "=x", "__CURSOR=x", "_Uid=0"] {
      #expect(try journal("matches: '\(wrong)'").matchTerms == nil)
    }
  }

  @Test func filesTakeAJournalsPlace() throws {
    #expect(try job("static_configs: [{labels: {__path__: /x}}]").readableJournal == nil)
    #expect(try job("static_configs: [{labels: {__path__: /x}}]").journalSignature == nil)
    #expect(try job("pipeline_stages: []").readableJournal != nil)
  }

  @Test func rulesAndKeysDecideWhetherASourceGoesOn() throws {
    let one = try job("relabel_configs: [{source_labels: [a], target_label: b}]").journalSignature
    #expect(try job("relabel_configs: [{source_labels: [a], target_label: b}]").journalSignature == one)
    #expect(try job("relabel_configs: [{source_labels: [a], target_label: c}]").journalSignature != one)
  }
}

@Suite struct JournalFieldsTests {
  private func uses(_ rules: String, _ fields: [String], takesMessage: Bool = true) throws -> [Int32] {
    var table = JournalFields(try job("relabel_configs: \(rules)").relabelConfigs, takesMessage: takesMessage)
    return fields.map { field in bytes(field) { table.use(of: $0).label } }
  }

  @Test func onlyFieldsThatRulesReadAreOfUse() throws {
    let rules =
      "[{source_labels: [__journal__systemd_unit, other], target_label: unit}, {source_labels: [x], target_label: __journal_tag, action: keepequal}]"
    #expect(
      try uses(rules, ["_PID", "_SYSTEMD_UNIT", "TAG", "_SYSTEMD_UNIT", "_PID", "MESSAGE"]) == [-1, 0, 1, 0, -1, -1])
  }

  @Test func readingEndsOnceAllWereSeen() throws {
    func count(_ rules: String, _ takesMessage: Bool = true) throws -> Int? {
      JournalFields(try job("relabel_configs: \(rules)").relabelConfigs, takesMessage: takesMessage).usefulCount
    }
    #expect(try count("[]") == 1)
    #expect(try count("[]", false) == 0)
    #expect(
      try count("[{source_labels: [__journal__pid, __journal_priority_keyword, __journal_priority], target_label: a}]")
        == 3)
    #expect(try count("[{source_labels: [__journal_message], target_label: a}]") == 1)
    // No field is called so; it would be waited for in vain.
    #expect(try count("[{source_labels: [__journal__SYSTEMD_UNIT], target_label: a}]") == 1)
    #expect(try count("[{action: labelmap, regex: __journal_(.+)}]") == nil)
  }

  @Test func aLabelmapTakesWhatItFitsAndTheKeywordNeedsThePriority() throws {
    #expect(
      try uses("[{action: labelmap, regex: __journal_(_h.*)}]", ["_HOSTNAME", "PRIORITY", "_HOST"]) == [0, -1, 1])
    #expect(try uses("[{action: labelmap, regex: __journal_(priority_keyword)}]", ["PRIORITY", "_UID"]) == [0, -1])
  }
}

@Suite struct JournalLabelsTests {
  /// Labels of entries, by their values.
  private func labels(_ rules: String, _ entries: [[(String, String)]], labels: [String: String] = ["job": "j"]) throws
    -> [LabelSet?]
  {
    var table = JournalLabels(
      LabelSet(labels), try job("relabel_configs: \(rules)").relabelConfigs, takesMessage: true)
    var chunk = EntryChunk(place: SourcePlace(entry: ""))
    table.beginChunk()
    return entries.map { entry in
      table.beginEntry()
      for (name, value) in entry {
        let use = bytes(name) { table.use(of: $0) }
        if use.label >= 0 { _ = bytes(value) { table.take(use.label, $0) } }
      }
      return table.finishEntry(in: &chunk).map { chunk.labelSets[$0] }
    }
  }

  private let rules =
    "[{source_labels: [__journal__systemd_unit], target_label: unit}, {source_labels: [__journal_priority_keyword], target_label: level}]"

  @Test func equalValuesGiveEqualLabels() throws {
    let found = try labels(
      rules,
      [
        [("_SYSTEMD_UNIT", "a"), ("_PID", "1"), ("PRIORITY", "3")],
        [("PRIORITY", "3"), ("_SYSTEMD_UNIT", "a"), ("_PID", "2")],
        [("_SYSTEMD_UNIT", "b")], [("PRIORITY", "9")],
      ])
    #expect(
      found == [
        LabelSet(["job": "j", "unit": "a", "level": "error"]), LabelSet(["job": "j", "unit": "a", "level": "error"]),
        LabelSet(["job": "j", "unit": "b"]), LabelSet(["job": "j"]),
      ])
  }

  @Test func valuesDoNotRunIntoOneAnother() throws {
    let both = "[{source_labels: [__journal_a, __journal_b], separator: '|', target_label: x}]"
    let found = try labels(
      both, [[("A", "1"), ("B", "23")], [("A", "12"), ("B", "3")], [("A", "123")], [("B", "123")]])
    #expect(found.map { $0?["x"] } == ["1|23", "12|3", "123|", "|123"])
  }

  @Test func ofSeveralValuesTheFirstCounts() throws {
    let found = try labels(rules, [[("_SYSTEMD_UNIT", "a"), ("_SYSTEMD_UNIT", "b")], [("_SYSTEMD_UNIT", "b")]])
    #expect(found.map { $0?["unit"] } == ["a", "b"])
  }

  @Test func withoutLabelsThereIsNoEntry() throws {
    #expect(
      try labels(rules, [[("_PID", "1")], [("PRIORITY", "6")]], labels: [:]) == [nil, LabelSet(["level": "info"])])
    let drop = "[{source_labels: [__journal_a], regex: x, action: drop}]"
    #expect(try labels(drop, [[("A", "x")], [("A", "y")], [("A", "x")]]) == [nil, LabelSet(["job": "j"]), nil])
    // The tenant is no label.
    let tenant = "[{source_labels: [__journal_a], target_label: __tenant_id__}]"
    #expect(try labels(tenant, [[("A", "x")]], labels: [:]) == [nil])
    #expect(try labels(tenant, [[("A", "x")]]) == [LabelSet(["job": "j", "__tenant_id__": "x"])])
  }

  @Test func whatIsRememberedHasABound() throws {
    let many = (0..<40_000).map { [("_SYSTEMD_UNIT", "unit \($0)"), ("FIELD_\($0)", "x")] }
    let found = try labels(rules, many)
    #expect(found.indices.allSatisfy { found[$0]?["unit"] == "unit \($0)" })
  }

  @Test func eachChunkHasItsOwnLabelSets() throws {
    var table = JournalLabels(
      LabelSet(["job": "j"]), try job("relabel_configs: \(rules)").relabelConfigs, takesMessage: true)
    for _ in 0..<2 {
      var chunk = EntryChunk(place: SourcePlace(entry: ""))
      table.beginChunk()
      for unit in ["a", "b", "a"] {
        table.beginEntry()
        let use = bytes("_SYSTEMD_UNIT") { table.use(of: $0) }
        _ = bytes(unit) { table.take(use.label, $0) }
        #expect(table.finishEntry(in: &chunk) == (unit == "a" ? 0 : 1))
      }
      #expect(chunk.labelSets.map { $0["unit"] } == ["a", "b"])
    }
  }
}

@Suite struct JournalObjectTests {
  private func object(_ fields: [(String, [UInt8])]) -> String {
    var object = JournalObject()
    for (name, value) in fields {
      (Array(name.utf8) + [0x3d] + value).withUnsafeBufferPointer { object.add($0, nameLength: name.utf8.count) }
    }
    object.write()
    return String(decoding: object.text.bytes, as: UTF8.self)
  }

  @Test func fieldsBecomeMembers() {
    #expect(object([]) == "{}")
    #expect(
      object([("A", Array("x=\"1\"\n".utf8)), ("B", [0xFF, 1]), ("C", [])])
        == #"{"A":"x=\"1\"\n","B":"\ufffd\u0001","C":""}"#)
  }

  @Test func aFieldThatIsThereSeveralTimesHasAList() {
    #expect(
      object([("A", [0x31]), ("B", [0x32]), ("A", [0x33]), ("AB", [0x34]), ("A", [0x35])])
        == #"{"A":["1","3","5"],"B":"2","AB":"4"}"#)
  }
}

@Suite struct JournalCursorTests {
  @Test func numbersTellWhatIsMissing() {
    let first = JournalCursor("s=ab;i=1f;b=00;m=1;t=60a24181e4000;x=d7")
    #expect(first.realtime == 1_700_000_000_000_000)
    #expect(first.entriesBetween(JournalCursor("s=ab;i=20;t=1")) == 0)
    #expect(first.entriesBetween(JournalCursor("s=ab;i=24;t=1")) == 4)
    // Another sequence, or none: nobody knows.
    #expect(first.entriesBetween(JournalCursor("s=cd;i=24;t=1")) == nil)
    #expect(first.entriesBetween(JournalCursor("s=ab;i=1;t=1")) == nil)
    #expect(JournalCursor("nonsense;i=;s").entriesBetween(first) == nil)
  }

  @Test func aCopyInAnotherFileIsTheSameEntry() {
    let first = JournalCursor("s=ab;i=1f;b=00;m=1;t=60a2;x=d7")
    #expect(first.isCopy(of: JournalCursor("s=cd;i=1;b=00;m=1;t=60a2;x=d7")))
    #expect(!first.isCopy(of: JournalCursor("s=cd;i=1;b=00;m=1;t=60a2;x=d8")))
    #expect(!JournalCursor("s=ab").isCopy(of: JournalCursor("s=ab")))
  }

  @Test func aTimeIsAPlaceToo() {
    let start = JournalCursor(JournalCursor.start(microseconds: 1_700_000_000_000_000))
    #expect(start.realtime == 1_700_000_000_000_000 && start.sequence == nil)
  }
}

@Suite struct JournalLibraryTests {
  @Test func withoutTheLibraryThePackageIsNamed() {
    let error = #expect(throws: JournalLibrary.Failure.self) { try JournalLibrary.open(file: "libnothing.so.7") }
    let text = error.map(\.description) ?? ""
    #expect(text.contains("libsystemd0") && text.contains("libnothing.so.7"), "\(text)")
  }
}

/// Folders in a temporary place, as far as they can be told without journals in them.
@Suite final class JournalFoldersTests {
  private let root: String

  init() throws {
    var template = Array("/tmp/swiftail-journal-XXXXXX".utf8CString)
    root = String(cString: try #require(mkdtemp(&template)))
  }

  deinit { _ = system("rm -rf '\(root)'") }

  private func make(_ path: String) {
    _ = system("mkdir -p '\(root)/\(path)' && rmdir '\(root)/\(path)' && touch '\(root)/\(path)'")
  }

  private let machine = String(repeating: "ab", count: 16)

  @Test func filesLieInTheFolderAndInThoseOfMachines() {
    make("a.journal")
    make("\(machine)/system.journal")
    make("\(machine)/system@1.journal~")
    make("other/b.journal")
    make("c.log")
    let folders = JournalFolders(path: root)
    #expect(folders.files == 3)
    #expect(Set(folders.folders.keys) == [root, "\(root)/\(machine)"])
    #expect(folders.trouble == nil)
  }

  @Test func whatIsMissingIsNamed() {
    #expect(JournalFolders(path: root + "/none").trouble?.kind == .missing)
    make("\(machine)/x.log")
    #expect(JournalFolders(path: root).trouble?.kind == .empty)
    #expect(JournalFolders(path: root).trouble?.text.contains(root) == true)
    // One's own journal is not another machine's.
    let own = JournalFolders(path: "", roots: [root])
    #expect(own.trouble?.kind == .otherMachine)
    #expect(own.trouble?.text.contains(machine) == true)
    #expect(JournalFolders(path: "", roots: [root + "/none"]).trouble?.kind == .missing)
  }

  @Test func anotherFolderUnderTheSameNameIsSeen() {
    make("a.journal")
    let before = JournalFolders(path: root)
    make("b.journal")
    #expect(!JournalFolders(path: root).haveMoved(since: before))
    make("\(machine)/system.journal")
    #expect(JournalFolders(path: root).haveMoved(since: before))
  }
}
