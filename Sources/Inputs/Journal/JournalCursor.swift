/// What stands in a cursor: `s=…;i=…;b=…;m=…;t=…;x=…`, numbers in hexadecimal.
struct JournalCursor: Hashable, Sendable {
  /// Whose numbers the entry's number is one of.
  var sequence: Substring?
  /// Entries are numbered in the order they were written.
  var number: UInt64?
  /// Microseconds since 1970.
  var realtime: UInt64?
  /// Boot, time since then, time and hash of the fields: what a copy of the entry in another file has too.
  private var content: [Substring] = []

  init(_ text: String) {
    for part in text.split(separator: ";") {
      let value = part.dropFirst(2)
      switch part.prefix(2) {
      case "s=": sequence = value
      case "i=": number = UInt64(value, radix: 16)
      case "t=": realtime = UInt64(value, radix: 16)
      default: break
      }
      if ["b=", "m=", "t=", "x="].contains(part.prefix(2)) { content.append(part) }
    }
  }

  /// Whether both are the same entry, which journald copies when it moves its journal from /run to /var.
  func isCopy(of other: JournalCursor) -> Bool { content.count == 4 && content == other.content }

  /// A time instead of an entry.
  static func start(microseconds: Int64) -> String { "t=\(String(max(0, microseconds), radix: 16))" }

  /// How many entries were written between the two; nil where their numbers do not tell.
  func entriesBetween(_ later: JournalCursor) -> UInt64? {
    guard let sequence, sequence == later.sequence, let number, let next = later.number, next > number else {
      return nil
    }
    return next - number - 1
  }
}
