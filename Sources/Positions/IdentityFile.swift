import Bytes
import LogModel
public import Syscalls

/// What positions.yaml cannot say of a file that is being read: which file it is, and how far each client is.
public struct FilePosition: Equatable, Sendable {
  public var path: String
  /// The scrape config that reads it; each has its own position.
  public var job: String
  public var identity: FileIdentity
  public var fingerprint: Fingerprint
  /// Acknowledged bytes per client, by its name.
  public var offsets: [String: UInt64]
  /// No longer under its path: renamed or deleted while lines of it were not acknowledged.
  public var isRotated: Bool
  public var stamps = ReadStamps()

  public init(
    path: String, job: String, identity: FileIdentity, fingerprint: Fingerprint, offsets: [String: UInt64],
    isRotated: Bool
  ) {
    self.path = path
    self.job = job
    self.identity = identity
    self.fingerprint = fingerprint
    self.offsets = offsets
    self.isRotated = isRotated
  }

  /// Everything before it is acknowledged by every client: bytes.
  public var acked: UInt64 { offsets.values.min() ?? 0 }
}

/// The file beside positions.yaml that holds what Promtail's format has no place for. docs/formats/positions.md.
public enum IdentityFile {
  private static let head = "swiftail-positions 1"

  public static func bytes(
    _ files: [FilePosition], _ finished: FinishedFiles = FinishedFiles(), _ sources: SourcePlaces = [:]
  ) -> [UInt8] {
    var out = PositionText()
    out.append(head)
    out.append("\n")
    for file in files {
      out.append("file ")
      out.append(file.identity.device)
      out.append(" ")
      out.append(file.identity.inode)
      out.append(" ")
      append(file.fingerprint, file.isRotated ? " rotated " : " current ", file.job, file.path, to: &out)
      if file.offsets.count == 1, let (client, offset) = file.offsets.first {
        append(offset, client, to: &out)
      } else {
        for (client, offset) in file.offsets.sorted(by: { $0.key < $1.key }) { append(offset, client, to: &out) }
      }
      for stamp in file.stamps.all {
        append(stamp, to: &out)
        out.append("\n")
      }
    }
    for (key, fingerprints) in finished.byKey.sorted(by: { ($0.key.path, $0.key.job) < ($1.key.path, $1.key.job) }) {
      for one in fingerprints {
        out.append("finished ")
        append(one, " ", key.job, key.path, to: &out)
      }
    }
    for (key, places) in sources.sorted(by: { ($0.key.entry, $0.key.job) < ($1.key.entry, $1.key.job) }) {
      out.append("source ")
      out.append(quoted: key.job)
      out.append(" ")
      out.append(quoted: key.entry)
      out.append("\n")
      for (client, place) in places.sorted(by: { $0.key < $1.key }) {
        out.append("place ")
        out.append(place.time)
        for text in [client, place.entry, place.exact] {
          out.append(" ")
          out.append(quoted: text)
        }
        out.append("\n")
      }
    }
    let sum = out.checksum
    out.append("sum ")
    out.append(hexadecimal: sum)
    out.append("\n")
    return out.bytes
  }

  private static func append(
    _ fingerprint: Fingerprint, _ between: StaticString, _ job: String, _ path: String, to out: inout PositionText
  ) {
    out.append(UInt64(fingerprint.length))
    out.append(" ")
    out.append(hexadecimal: fingerprint.hash)
    out.append(between)
    out.append(quoted: job)
    out.append(" ")
    out.append(quoted: path)
    out.append("\n")
  }

  private static func append(_ offset: UInt64, _ client: String, to out: inout PositionText) {
    out.append("acked ")
    out.append(offset)
    out.append(" ")
    out.append(quoted: client)
    out.append("\n")
  }

  private static func append(_ stamp: ReadStamp, to out: inout PositionText) {
    out.append("stamp ")
    out.append(stamp.start)
    out.append(" ")
    out.append(stamp.end)
    out.append(" ")
    out.append(stamp.time)
  }

  /// nil when the file is not whole: its checksum does not fit, or it is of another version.
  public static func parse(_ bytes: [UInt8]) -> (
    files: [FilePosition], finished: FinishedFiles, sources: SourcePlaces
  )? {
    guard let lastBreak = bytes.dropLast().lastIndex(of: 0x0a) else { return nil }
    let body = String(decoding: bytes[...lastBreak], as: UTF8.self)
    guard String(decoding: bytes[(lastBreak + 1)...], as: UTF8.self) == "sum \(checksum(bytes[...lastBreak]))\n",
      body.hasPrefix(head + "\n")
    else { return nil }
    var files: [FilePosition] = []
    var finished = FinishedFiles()
    var sources: SourcePlaces = [:]
    var source: SourceKey?
    for line in body.split(separator: "\n").dropFirst() {
      let words = line.split(separator: " ", maxSplits: 6, omittingEmptySubsequences: false)
      if words.first == "file", words.count == 7, let device = UInt64(words[1]), let inode = UInt64(words[2]),
        let length = Int(words[3]), let hash = UInt64(words[4], radix: 16),
        let (job, rest) = GoQuote.first(in: words[6]), let (path, _) = GoQuote.first(in: rest.dropFirst())
      {
        files.append(
          FilePosition(
            path: path, job: job, identity: FileIdentity(device: device, inode: inode),
            fingerprint: Fingerprint(length: length, hash: hash), offsets: [:], isRotated: words[5] == "rotated"))
      } else if words.first == "acked", words.count >= 3, let offset = UInt64(words[1]), !files.isEmpty,
        let (client, _) = GoQuote.first(in: line.dropFirst("acked \(words[1]) ".count))
      {
        files[files.count - 1].offsets[client] = offset
      } else if words.first == "stamp", words.count == 4, !files.isEmpty, let stamp = stamp(words[1...]) {
        files[files.count - 1].stamps.add(stamp)
      } else if words.first == "finished", words.count >= 5, let length = Int(words[1]),
        let hash = UInt64(words[2], radix: 16), let place = line.firstIndex(of: "\""),
        let (job, rest) = GoQuote.first(in: line[place...]), let (path, _) = GoQuote.first(in: rest.dropFirst())
      {
        finished.add(Fingerprint(length: length, hash: hash), .init(path: path, job: job))
      } else if words.first == "source", let (job, rest) = GoQuote.first(in: line.dropFirst("source ".count)),
        let (entry, _) = GoQuote.first(in: rest.dropFirst())
      {
        source = SourceKey(job: job, entry: entry)
      } else if words.first == "place", words.count > 2, let time = Int64(words[1]), let source,
        let (client, rest) = GoQuote.first(in: line.dropFirst("place \(words[1]) ".count)),
        let (entry, last) = GoQuote.first(in: rest.dropFirst()), let (exact, _) = GoQuote.first(in: last.dropFirst())
      {
        sources[source, default: [:]][client] = SourcePlace(entry: entry, exact: exact, time: time)
      } else {
        return nil
      }
    }
    return (files, finished, sources)
  }

  private static func stamp(_ words: ArraySlice<Substring>) -> ReadStamp? {
    let words = Array(words)
    guard words.count >= 3, let start = UInt64(words[0]), let end = UInt64(words[1]), let time = Int64(words[2]),
      start < end
    else { return nil }
    return ReadStamp(start: start, end: end, time: time)
  }

  // MARK: - Stamps that were noted since the file was written

  /// Adds a line of the stamp journal.
  static func appendJournalLine(_ file: FilePosition, _ stamp: ReadStamp, to out: inout PositionText) {
    append(stamp, to: &out)
    out.append(" ")
    out.append(file.identity.device)
    out.append(" ")
    out.append(file.identity.inode)
    out.append(" ")
    out.append(quoted: file.job)
    out.append(" ")
    out.append(quoted: file.path)
    out.append("\n")
  }

  /// Adds a journal's stamps to the files they belong to. A line that a crash cut off ends the reading.
  static func addJournal(_ bytes: [UInt8], to files: inout [FilePosition]) {
    for line in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).dropLast() {
      let words = String(decoding: line, as: UTF8.self).split(
        separator: " ", maxSplits: 6, omittingEmptySubsequences: false)
      guard words.count == 7, words[0] == "stamp", let stamp = stamp(words[1...3]), let device = UInt64(words[4]),
        let inode = UInt64(words[5]), let (job, rest) = GoQuote.first(in: words[6]),
        let (path, _) = GoQuote.first(in: rest.dropFirst())
      else { return }
      let identity = FileIdentity(device: device, inode: inode)
      if let place = files.lastIndex(where: { $0.identity == identity && $0.path == path && $0.job == job }) {
        files[place].stamps.add(stamp)
      } else {
        var file = FilePosition(
          path: path, job: job, identity: identity, fingerprint: .empty, offsets: [:], isRotated: false)
        file.stamps.add(stamp)
        files.append(file)
      }
    }
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> String {
    String(bytes.withUnsafeBytes { Hash.bytes($0) }, radix: 16)
  }
}
