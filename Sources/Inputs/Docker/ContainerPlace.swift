import Positions
import Syscalls

/// How far a container's log was read: for each of its streams the time of the last entry and how many entries with that very
/// time there were. Engines write the two streams side by side, so that their times may cross a little.
struct ContainerPlace: Equatable, Sendable {
  struct Mark: Equatable, Sendable {
    /// Nanoseconds since 1970.
    var time: Int64
    /// Entries of the stream with that time, so far.
    var count: Int
  }

  /// Where the next line is in a log file that was read itself.
  struct InFile: Equatable, Sendable {
    var identity: FileIdentity
    /// The first line that is not done with.
    var start: UInt64
    /// Of the lines before it, those of other streams may be done with.
    var end: UInt64
  }

  /// Entries of the two streams are never further apart in a log than this: nanoseconds.
  static let disorder: Int64 = 1_000_000_000

  var stdout: Mark?
  var stderr: Mark?
  var file: InFile?

  init() {}

  subscript(stream: OutputStream) -> Mark? {
    get { stream == .stdout ? stdout : stderr }
    set { if stream == .stdout { stdout = newValue } else { stderr = newValue } }
  }

  /// Of the last entry: nanoseconds since 1970.
  var time: Int64? {
    switch (stdout?.time, stderr?.time) {
    case (let a?, let b?): max(a, b)
    case (let a, let b): a ?? b
    }
  }

  /// What to ask an engine for so that nothing is missed.
  var since: String {
    guard let first = [stdout, stderr].compactMap({ $0?.time }).min(), stdout != nil, stderr != nil else { return "0" }
    let (seconds, rest) = max(0, first).quotientAndRemainder(dividingBy: 1_000_000_000)
    if rest == 0 { return String(seconds) }
    let digits = String(rest)
    return "\(seconds).\(String(repeating: "0", count: 9 - digits.utf8.count))\(digits)"
  }
}

extension ContainerPlace {
  /// From positions: what this program wrote, or Promtail's Unix seconds. nil for neither.
  init?(_ place: SourcePlace) {
    if place.exact.isEmpty {
      guard let seconds = Int64(place.entry), seconds >= 0, seconds < Int64.max / 1_000_000_000 else { return nil }
      stdout = Mark(time: seconds * 1_000_000_000, count: 0)
      stderr = stdout
      return
    }
    for word in place.exact.split(separator: " ") {
      let parts = word.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      switch parts[0] {
      case "stdout": stdout = Mark(parts[1])
      case "stderr": stderr = Mark(parts[1])
      case "file": file = InFile(parts[1])
      default: return nil
      }
    }
    guard stdout != nil || stderr != nil else { return nil }
  }

  /// As positions keep it.
  var saved: SourcePlace {
    var words: [String] = []
    if let stdout { words.append("stdout=\(stdout.time)/\(stdout.count)") }
    if let stderr { words.append("stderr=\(stderr.time)/\(stderr.count)") }
    if let file { words.append("file=\(file.identity.device):\(file.identity.inode)@\(file.start)-\(file.end)") }
    let time = time ?? 0
    return SourcePlace(
      entry: String(max(0, time) / 1_000_000_000), exact: words.joined(separator: " "), time: time)
  }
}

extension ContainerPlace.Mark {
  fileprivate init?(_ text: Substring) {
    let parts = text.split(separator: "/")
    guard parts.count == 2, let time = Int64(parts[0]), let count = Int(parts[1]), count >= 0 else { return nil }
    self.init(time: time, count: count)
  }
}

extension ContainerPlace.InFile {
  fileprivate init?(_ text: Substring) {
    let numbers = text.split(whereSeparator: { ":@-".contains($0) }).map { UInt64($0) }
    guard numbers.count == 4, let device = numbers[0], let inode = numbers[1], let start = numbers[2],
      let end = numbers[3], start <= end
    else { return nil }
    self.init(identity: FileIdentity(device: device, inode: inode), start: start, end: end)
  }
}
