public import Telemetry

/// The families about files.
public struct TailingMetrics: Sendable {
  let readBytes: MetricFamily<Gauge>
  let fileBytes: MetricFamily<Gauge>
  let readLines: MetricFamily<Counter>
  let filesActive: Gauge
  let rotatedOpen: Gauge
  let behind: Gauge
  let openFailures: Counter
  let readFailures: Counter
  let truncations: Counter
  let destroyedBytes: Counter
  let copies: Counter
  let givenUpBytes: MetricFamily<Counter>
  let bytes: Counter

  public init(_ registry: MetricRegistry) {
    readBytes = registry.gauge("promtail_read_bytes_total", "Offset up to which a file was read.", labels: ["path"])
    fileBytes = registry.gauge("promtail_file_bytes_total", "Size of a file.", labels: ["path"])
    readLines = registry.counter("promtail_read_lines_total", "Lines read from a file.", labels: ["path"])
    filesActive = registry.gauge("promtail_files_active_total", "Files being read.").with()
    rotatedOpen = registry.gauge(
      "swiftail_rotated_files_open", "Files that are no longer under their path and not finished yet."
    ).with()
    behind = registry.gauge(
      "swiftail_files_behind", "Files that are not read on because a client does not take batches."
    ).with()
    openFailures = registry.counter("swiftail_file_open_failures_total", "Files that could not be opened.").with()
    readFailures = registry.counter("swiftail_file_read_failures_total", "Reads of files that failed.").with()
    bytes = registry.counter("swiftail_read_bytes_total", "Bytes read from all files.").with()
    truncations = registry.counter(
      "swiftail_file_truncations_total",
      "Files that became shorter or were written anew, and are read from their beginning."
    ).with()
    destroyedBytes = registry.counter(
      "swiftail_truncated_unread_bytes_total",
      "Bytes that a file was seen to have and that were gone, with no copy to be found, before they were read."
    ).with()
    copies = registry.counter(
      "swiftail_file_copies_total", "Files that are copies of what was read under another name, and are not read again."
    ).with()
    givenUpBytes = registry.counter(
      "swiftail_given_up_bytes_total", "Bytes of rotated files that were let go unread, by the limit that was reached.",
      labels: ["limit"])
    for limit in RotatedLimit.allCases { _ = givenUpBytes.with(limit.rawValue) }
  }

  func series(_ path: String) -> FileSeries {
    // One key for all: there may be ten thousands of files.
    let key = [path]
    return FileSeries(readBytes: readBytes.child(key), fileBytes: fileBytes.child(key), readLines: readLines.child(key))
  }

  func forget(path: String) {
    readBytes.remove(path)
    fileBytes.remove(path)
    readLines.remove(path)
  }

  public var filesOpen: Int { Int(filesActive.current) }

  /// Bytes read since the start, of all files.
  public var bytesRead: UInt64 { bytes.current }

  /// Bytes that were seen in files and not read yet.
  public var lag: UInt64 {
    let read = Dictionary(readBytes.snapshot().map { ($0.0[0], $0.1.current) }) { a, _ in a }
    return fileBytes.snapshot().reduce(0) { $0 + UInt64(max(0, $1.1.current - (read[$1.0[0]] ?? 0))) }
  }
}

/// The figures of one file.
struct FileSeries {
  let readBytes: Gauge
  let fileBytes: Gauge
  let readLines: Counter

  /// The same figures under another path.
  func moved(to path: String, _ metrics: TailingMetrics) -> FileSeries {
    let moved = metrics.series(path)
    moved.readBytes.set(readBytes.current)
    moved.fileBytes.set(fileBytes.current)
    return moved
  }
}
