/// What stands in a cursor: `s=…;i=…;b=…;m=…;t=…;x=…`, numbers in hexadecimal.
struct JournalCursor: Hashable, Sendable {
  /// Whose numbers the entry's number is one of.
  var sequence: Substring?
  /// Entries are numbered in the order they were written.
  var number: UInt64?
  /// Microseconds since 1970.
  var realtime: UInt64?

  init(_ text: String) {
    for part in text.split(separator: ";") {
      let value = part.dropFirst(2)
      switch part.prefix(2) {
      case "s=": sequence = value
      case "i=": number = UInt64(value, radix: 16)
      case "t=": realtime = UInt64(value, radix: 16)
      default: break
      }
    }
  }

  /// How many entries were written between the two; nil where their numbers do not tell.
  func entriesBetween(_ later: JournalCursor) -> UInt64? {
    guard let sequence, sequence == later.sequence, let number, let next = later.number, next > number else {
      return nil
    }
    return next - number - 1
  }
}
