import Bytes
import LogModel
import Syscalls
import Telemetry

/// What is found in a spool's directory at the start, made usable.
struct SpoolRecovery {
  let directory: String
  let files: any FileSystem
  let log: Log
  let metrics: SpoolMetrics

  /// The segments with the lengths up to which they are sound. What is behind a fault in the last one was being written
  /// when the process or the machine died: it is cut off. A fault elsewhere is damage: a copy is kept aside.
  func segments() throws(Errno) -> [(number: UInt64, length: UInt64)] {
    let entries: [DirectoryEntry]
    switch files.entries(of: directory) {
    case .failure(let error): throw error
    case .success(let found): entries = found
    }
    let numbers = entries.compactMap { SpoolSegment.number($0.name) }.sorted()
    var segments: [(number: UInt64, length: UInt64)] = []
    for number in numbers {
      let path = SpoolSegment.path(directory, number)
      guard case .success(let bytes) = files.readWhole(path) else {
        log.error("cannot read a segment of the spool; it is left alone", ("file", path))
        continue
      }
      guard let length = SpoolSegment.soundLength(bytes) else {
        setAside(path, bytes.count)
        continue
      }
      if length < bytes.count {
        metrics.torn.add()
        let isLast = number == numbers.last
        log.warn(
          isLast
            ? "the spool's last record was cut short and is not used"
            : "a segment of the spool is damaged; what stands before it is used",
          ("file", path), ("bytes", bytes.count - Int(length)))
        if !isLast { _ = files.replace(path + ".damaged", with: bytes, mode: 0o600) }
        if case .failure = files.truncate(path, to: length), !isLast { continue }
      }
      segments.append((number, length))
    }
    return segments
  }

  private func setAside(_ path: String, _ bytes: Int) {
    metrics.torn.add()
    log.warn("a file in the spool is no segment; it is kept aside", ("file", path), ("bytes", bytes))
    _ = files.rename(path, to: path + ".damaged")
  }

  func cursors() -> [String: SpoolPosition] {
    guard case .success(let bytes) = files.readWhole(SpoolCursors.path(directory)) else { return [:] }
    guard let cursors = SpoolCursors.parse(String(decoding: bytes, as: UTF8.self)) else {
      log.warn(
        "the spool's cursors are damaged; everything in it is sent again", ("file", SpoolCursors.path(directory)))
      return [:]
    }
    return cursors
  }
}

/// How far each client has the spool: a text file that is replaced as a whole.
enum SpoolCursors {
  private static let head = "swiftail-spool-cursors 1\n"

  static func path(_ directory: String) -> String { directory + "/cursors" }

  static func text(_ cursors: [String: SpoolPosition]) -> String {
    var out = head
    for (client, place) in cursors.sorted(by: { $0.key < $1.key }) {
      out += "acked \(place.segment) \(place.offset) \(GoQuote.quote(client))\n"
    }
    return out + "sum \(sum(out))\n"
  }

  static func parse(_ text: String) -> [String: SpoolPosition]? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 3, lines[lines.count - 1].isEmpty else { return nil }
    let body = lines[..<(lines.count - 2)].joined(separator: "\n") + "\n"
    guard lines[lines.count - 2] == "sum \(sum(body))", body.hasPrefix(head) else { return nil }
    var cursors: [String: SpoolPosition] = [:]
    for line in lines[1..<(lines.count - 2)] {
      let words = line.split(separator: " ", maxSplits: 3)
      guard words.count == 4, words[0] == "acked", let segment = UInt64(words[1]), let offset = UInt64(words[2]),
        let client = GoQuote.unquote(words[3])
      else { return nil }
      cursors[client] = SpoolPosition(segment: segment, offset: offset)
    }
    return cursors
  }

  private static func sum(_ text: String) -> String {
    var text = text
    return String(text.withUTF8 { Hash.bytes($0) }, radix: 16)
  }
}

/// The families about the spool.
struct SpoolMetrics: Sendable {
  let bytes: Gauge
  let entries: Counter
  let refusals: Counter
  let failures: Counter
  let torn: Counter
  let dropped: Counter

  init(_ registry: MetricRegistry) {
    bytes = registry.gauge("swiftail_spool_bytes", "Bytes on disk of entries that wait for clients.").with()
    entries = registry.counter("swiftail_spool_entries_total", "Entries put into the spool.").with()
    refusals = registry.counter("swiftail_spool_full_total", "Times that senders had to wait for room.").with()
    failures = registry.counter("swiftail_spool_write_failures_total", "Writes to the spool that failed.").with()
    torn = registry.counter(
      "swiftail_spool_torn_total", "Segments of the spool that ended with a record that was not whole."
    ).with()
    dropped = registry.counter(
      "swiftail_spool_dropped_entries_total", "Entries given up because the spool was full and may drop its oldest."
    ).with()
  }
}
