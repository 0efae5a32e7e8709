import AgentConfiguration
import Bytes
import Feeding
import LogModel
import Relabeling

/// From fields of an entry to its stream's labels. Rules are run once for each combination of values that they read.
struct JournalLabels: ~Copyable {
  /// What is remembered at most: combinations, their bytes, names of fields.
  private static let mostCombinations = 8_192
  private static let mostBytes = 4 << 20
  private static let mostNames = 4_096

  private struct Result {
    /// nil where rules drop the entry or leave it no label.
    var labels: LabelSet?
    /// The chunk that has the labels already, and their number there.
    var chunk: UInt32 = 0
    var index: Int32 = 0
  }

  private let relabeler: Relabeler
  private let labels: [Label]
  private(set) var fields: JournalFields
  private var combinations = KeyTable()
  private var results: [Result] = []
  /// Numbers of labels and values of the present entry.
  private var key = ByteBuffer(capacity: 512)
  /// By number of label: the last entry that gave it a value.
  private var given: [UInt64] = []
  private var entry: UInt64 = 0
  private var chunk: UInt32 = 0

  init(_ labels: LabelSet, _ rules: [RelabelConfiguration], takesMessage: Bool) {
    self.labels = labels.labels
    relabeler = Relabeler(compiling: rules)
    fields = JournalFields(rules, takesMessage: takesMessage)
  }

  mutating func beginChunk() { chunk &+= 1 }

  mutating func beginEntry() {
    if combinations.count >= Self.mostCombinations || combinations.size > Self.mostBytes
      || fields.count > Self.mostNames
    {
      combinations.removeAll()
      results.removeAll()
      fields.removeAll()
      given.removeAll()
    }
    entry &+= 1
    key.removeAll()
  }

  @inline(__always)
  mutating func use(of name: UnsafeBufferPointer<UInt8>) -> JournalFields.Use { fields.use(of: name) }

  /// Takes a value of the present entry. Of several values of one field the first counts.
  /// - Returns: false when there was one already.
  @inline(__always)
  mutating func take(_ label: Int32, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
    let number = Int(label)
    while given.count <= number { given.append(0) }
    if given[number] == entry { return false }
    given[number] = entry
    append(UInt32(bitPattern: label))
    append(UInt32(truncatingIfNeeded: value.count))
    key.append(value)
    return true
  }

  private mutating func append(_ word: UInt32) {
    withUnsafeBytes(of: word.littleEndian) { key.append($0.bindMemory(to: UInt8.self)) }
  }

  /// The number of the entry's labels in the chunk, to which they are added when it lacks them.
  /// - Returns: nil when the entry is to be left out.
  @inline(__always)
  mutating func finishEntry(in chunk: inout EntryChunk) -> Int? {
    let number = combinations.find(key.bytes) ?? learn()
    if results[number].chunk == self.chunk { return results[number].labels == nil ? nil : Int(results[number].index) }
    guard let labels = results[number].labels else { return nil }
    results[number].chunk = self.chunk
    results[number].index = Int32(chunk.labelSets.count)
    chunk.labelSets.append(labels)
    return chunk.labelSets.count - 1
  }

  private mutating func learn() -> Int {
    results.append(Result(labels: relabelled()))
    return combinations.add(key.bytes)
  }

  private func relabelled() -> LabelSet? {
    var all = labels
    var place = 0
    func word() -> Int {
      let bytes = UnsafeRawBufferPointer(key.bytes)
      defer { place += 4 }
      return Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
    }
    while place < key.count {
      let name = fields.labelNames[word()]
      let length = word()
      let value = String(decoding: UnsafeBufferPointer(rebasing: key.bytes[place..<(place + length)]), as: UTF8.self)
      place += length
      all.append(Label(name, value))
      if name == JournalFields.priorityLabel, let keyword = JournalPriority.keyword(value) {
        all.append(Label(JournalFields.keywordLabel, keyword))
      }
    }
    guard let result = relabeler.apply(LabelSet(all)) else { return nil }
    let kept = result.labels.filter { !$0.name.hasPrefix("__") || $0.name == StreamTable.tenantLabel }
    return kept.contains { $0.name != StreamTable.tenantLabel } ? LabelSet(kept) : nil
  }
}

/// Priorities as syslog numbers them (RFC 5424, section 6.2.1).
enum JournalPriority {
  private static let keywords = ["emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"]

  static func keyword(_ priority: String) -> String? {
    guard let number = Int(priority), keywords.indices.contains(number) else { return nil }
    return keywords[number]
  }
}
