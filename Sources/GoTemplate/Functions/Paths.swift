import GoCompat

extension Function {
  static let paths: [Function] =
    Function("base", [.string]) { try $0.text(PathText.base($0.string(0))) }.alias("osBase")
    + Function("dir", [.string]) { try $0.text(PathText.directory($0.string(0))) }.alias("osDir")
    + Function("clean", [.string]) { try $0.text(PathText.clean($0.string(0))) }.alias("osClean")
    + Function("ext", [.string]) { try $0.text(PathText.suffix($0.string(0))) }.alias("osExt")
    + Function("isAbs", [.string]) { .bool($0.bytes(0).first == UInt8(ascii: "/")) }.alias("osIsAbs")
}

/// Go's package path.
enum PathText {
  static func base(_ path: String) -> String {
    if path.isEmpty { return "." }
    guard let last = path.split(separator: "/").last else { return "/" }
    return String(last)
  }

  static func directory(_ path: String) -> String {
    clean(path.lastIndex(of: "/").map { String(path[...$0]) } ?? "")
  }

  static func suffix(_ path: String) -> String {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    return name.lastIndex(of: ".").map { String(name[$0...]) } ?? ""
  }

  static func clean(_ path: String) -> String {
    let isRooted = path.hasPrefix("/")
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !isRooted {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    return isRooted ? "/" + joined : joined.isEmpty ? "." : joined
  }
}
