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
  static let head = "swiftail-positions 1"

  public static func text(
    _ files: [FilePosition], _ finished: FinishedFiles = FinishedFiles(), _ sources: SourcePlaces = [:]
  ) -> String {
    var out = head + "\n"
    for file in files.sorted(by: {
      $0.path != $1.path ? $0.path < $1.path : ($0.job, $0.identity.inode) < ($1.job, $1.identity.inode)
    }) {
      out += "file \(file.identity.device) \(file.identity.inode) \(file.fingerprint.length) "
      out += "\(String(file.fingerprint.hash, radix: 16)) \(file.isRotated ? "rotated" : "current") "
      out += "\(GoQuote.quote(file.job)) \(GoQuote.quote(file.path))\n"
      for (client, offset) in file.offsets.sorted(by: { $0.key < $1.key }) {
        out += "acked \(offset) \(GoQuote.quote(client))\n"
      }
      for stamp in file.stamps.all { out += "stamp \(stamp.start) \(stamp.end) \(stamp.time)\n" }
    }
    for (key, fingerprints) in finished.byKey.sorted(by: { ($0.key.path, $0.key.job) < ($1.key.path, $1.key.job) }) {
      for one in fingerprints {
        out += "finished \(one.length) \(String(one.hash, radix: 16)) \(GoQuote.quote(key.job)) "
        out += "\(GoQuote.quote(key.path))\n"
      }
    }
    for (key, places) in sources.sorted(by: { ($0.key.entry, $0.key.job) < ($1.key.entry, $1.key.job) }) {
      out += "source \(GoQuote.quote(key.job)) \(GoQuote.quote(key.entry))\n"
      for (client, place) in places.sorted(by: { $0.key < $1.key }) {
        out += "place \(place.time) \(GoQuote.quote(client)) \(GoQuote.quote(place.entry)) "
        out += "\(GoQuote.quote(place.exact))\n"
      }
    }
    return out + "sum \(checksum(out))\n"
  }

  /// nil when the file is not whole: its checksum does not fit, or it is of another version.
  public static func parse(_ bytes: [UInt8]) -> (
    files: [FilePosition], finished: FinishedFiles, sources: SourcePlaces
  )? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let sumStart = text.range(ofLast: "sum ") else { return nil }
    let body = String(text[..<sumStart])
    guard text[sumStart...] == "sum \(checksum(body))\n", body.hasPrefix(head + "\n") else { return nil }
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

  /// One line of the stamp journal.
  static func journalLine(_ file: FilePosition, _ stamp: ReadStamp) -> String {
    "stamp \(stamp.start) \(stamp.end) \(stamp.time) \(file.identity.device) \(file.identity.inode) "
      + "\(GoQuote.quote(file.job)) \(GoQuote.quote(file.path))\n"
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

  private static func checksum(_ text: String) -> String {
    var text = text
    return String(text.withUTF8 { Hash.bytes($0) }, radix: 16)
  }
}

extension String {
  /// Where the last line that begins with `prefix` starts.
  fileprivate func range(ofLast prefix: String) -> String.Index? {
    guard let lastBreak = dropLast().lastIndex(of: "\n") else { return nil }
    let start = index(after: lastBreak)
    return self[start...].hasPrefix(prefix) ? start : nil
  }
}
