/// Names that programs give to a file when they rotate it: `app.log` becomes `app.log.1`, `app.log-20260302.gz`,
/// `app-2026-03-02.log`, `0.log.20260302-101112` (logrotate, the kubelet, most logging libraries).
enum RotatedName {
  private static let compressions = [".gz", ".bz2", ".xz", ".zst", ".Z"]

  /// Whether `name` looks like what `base` was called after a rotation.
  static func isSibling(_ name: String, of base: String) -> Bool { name != base && bases(of: name).contains(base) }

  /// What a file of this name may have been called before a rotation.
  static func bases(of name: String) -> [String] {
    var bases: [String] = []
    var name = Substring(name)
    if let compression = compressions.first(where: { name.hasSuffix($0) }) {
      name = name.dropLast(compression.count)
      bases.append(String(name))
    }
    for place in name.indices where place > name.startIndex && ".-_".contains(name[place]) {
      let rest = name[name.index(after: place)...]
      if isMark(rest) { bases.append(String(name[..<place])) }
      // A time may stand before the last part of the name: app-2026-03-02.log.
      if let dot = rest.lastIndex(of: "."), isMark(rest[..<dot]), rest[..<dot].count(where: \.isASCIIDigit) >= 6 {
        bases.append(String(name[..<place] + rest[dot...]))
      }
    }
    return bases
  }

  /// A number or a time, or one of the words that are used instead.
  private static func isMark(_ mark: Substring) -> Bool {
    if ["old", "bak", "prev", "previous"].contains(String(mark)) { return true }
    return mark.contains(where: \.isASCIIDigit) && mark.allSatisfy { $0.isASCIIDigit || "-_.:TZ+".contains($0) }
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
