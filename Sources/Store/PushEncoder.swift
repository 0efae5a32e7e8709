import LogModel
import StoreFormat
import Synchronization

/// A push made ready to commit: segments, and entries for those who watch.
public struct EncodedPush: Sendable {
  struct Segment: Sendable {
    var stream: Int64
    var labels: LabelSet
    var segment: EncodedSegment
  }

  var segments: [Segment] = []
  var watched: [StoreEntry] = []
  /// What will be answered once the segments are on disk.
  var result = PushResult()

  public var byteCount: Int { segments.reduce(0) { $0 + $1.segment.index.count + $1.segment.text.count } }
}

/// Turns push requests into segments on the caller's thread.
struct PushEncoder: Sendable {
  let streams: StreamIndex
  let writers: WriterPool
  let watchers: TailHub
  let limits: PushLimits
  let pace: StorePace

  func encode(_ bytes: UnsafeRawBufferPointer, now: Int64) throws -> EncodedPush {
    let request: PushRequest
    do {
      request = try PushRequest(decoding: bytes)
    } catch {
      throw PushError.malformed(error.description)
    }
    if request.streams.isEmpty { throw PushError.noStreams }
    var push = EncodedPush()
    try writers.withWriter { writer in
      for stream in request.streams where !stream.entries.isEmpty {
        try encode(stream, bytes, now: now, writer, &push)
      }
    }
    return push
  }

  private func encode(
    _ stream: PushRequest.Stream, _ bytes: UnsafeRawBufferPointer, now: Int64, _ writer: SegmentWriter,
    _ push: inout EncodedPush
  ) throws {
    let text = String(decoding: bytes[stream.labels], as: UTF8.self)
    let id: Int64
    let labels: LabelSet
    if let known = streams.known(text: text) {
      (id, labels) = known
    } else {
      do {
        labels = try read(labels: text)
      } catch {
        push.result.rejections.append(
          PushResult.Rejection(stream: text, entries: stream.entries.count, reason: error.description))
        return
      }
      id = streams.id(of: labels, text: text)
    }
    let isWatched = watchers.watches(labels)
    var tooLong: (count: Int, bytes: Int) = (0, 0)
    var tooNew: (count: Int, time: Int64) = (0, 0)
    let latest = now.addingReportingOverflow(limits.maxAhead * 1_000_000_000).partialValue
    for entry in stream.entries {
      if entry.line.count > limits.maxLineBytes {
        tooLong = (tooLong.count + 1, entry.line.count)
        continue
      }
      if entry.timestamp > latest {
        tooNew = (tooNew.count + 1, entry.timestamp)
        continue
      }
      let line = UnsafeRawBufferPointer(rebasing: bytes[entry.line])
      var metadata: [Label] = []
      if entry.hasMetadata {
        do {
          metadata = try PushRequest.metadata(of: entry, in: bytes)
            .map { Label(MetadataName.normalized($0.name), $0.value) }
        } catch {
          throw PushError.malformed(error.description)
        }
      }
      writer.append(timestamp: entry.timestamp, line: line, metadata: metadata)
      push.result.accepted += 1
      if isWatched {
        push.watched.append(
          StoreEntry(stream: labels, timestamp: entry.timestamp, line: Array(line), metadata: metadata))
      }
      if writer.rawBytes >= pace.segmentBytes { try finish(id, labels, writer, &push) }
    }
    try finish(id, labels, writer, &push)
    if tooLong.count > 0 {
      push.result.rejections.append(
        PushResult.Rejection(
          stream: text, entries: tooLong.count,
          reason: "Max entry size '\(limits.maxLineBytes)' bytes exceeded for stream '\(labels.text)' "
            + "while adding an entry with length '\(tooLong.bytes)' bytes"))
    }
    if tooNew.count > 0 {
      push.result.rejections.append(
        PushResult.Rejection(
          stream: text, entries: tooNew.count,
          reason: "entry for stream '\(labels.text)' has timestamp too new: \(Timestamp.rfc3339(tooNew.time))"))
    }
  }

  private func finish(_ stream: Int64, _ labels: LabelSet, _ writer: SegmentWriter, _ push: inout EncodedPush) throws {
    guard let segment = try writer.finish(level: pace.pushLevel) else { return }
    push.segments.append(EncodedPush.Segment(stream: stream, labels: labels, segment: segment))
  }

  private struct LabelsRefused: Error {
    var description: String
  }

  private func read(labels text: String) throws(LabelsRefused) -> LabelSet {
    let labels: LabelSet
    do {
      labels = try LabelSet(parsing: text)
    } catch {
      throw LabelsRefused(description: "couldn't parse labels: \(error.description)")
    }
    if labels.isEmpty { throw LabelsRefused(description: "error at least one label pair is required per stream") }
    if labels.count > limits.maxLabelNames {
      throw LabelsRefused(
        description:
          "entry for stream '\(labels.text)' has \(labels.count) label names; limit \(limits.maxLabelNames)")
    }
    for label in labels.labels {
      if label.name.utf8.count > limits.maxLabelNameBytes {
        throw LabelsRefused(description: "stream '\(labels.text)' has label name too long: '\(label.name)'")
      }
      if label.value.utf8.count > limits.maxLabelValueBytes {
        throw LabelsRefused(description: "stream '\(labels.text)' has label value too long: '\(label.value)'")
      }
    }
    return labels
  }
}

/// Names of structured metadata become label names on the way in: `trace.id` is `trace_id`, `9x` is `key_9x`.
enum MetadataName {
  static func normalized(_ name: String) -> String {
    let isFine = name.utf8.allSatisfy(isNameByte) && !(name.utf8.first.map(isDigit) ?? false)
    if isFine { return name }
    var out = ""
    for scalar in name.unicodeScalars {
      out.unicodeScalars.append(scalar.isASCII && isNameByte(UInt8(scalar.value)) ? scalar : "_")
    }
    return out.utf8.first.map(isDigit) == true ? "key_" + out : out
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_")
  }
}

/// Segment writers at rest, so that each push need not make its own.
final class WriterPool: Sendable {
  private struct Idle: @unchecked Sendable {
    // Sendable because a writer is in the list or with one caller, never both.
    var writers: [SegmentWriter] = []
  }

  private let idle = Mutex(Idle())

  func withWriter<T>(_ body: (SegmentWriter) throws -> T) rethrows -> T {
    let writer = idle.withLock { $0.writers.popLast() } ?? SegmentWriter()
    defer {
      writer.removeAll()
      let box = Handover(writer: writer)
      idle.withLock { if $0.writers.count < 8 { $0.writers.append(box.writer) } }
    }
    return try body(writer)
  }

  private struct Handover: @unchecked Sendable {
    // Sendable because the caller is done with the writer when it hands it over.
    let writer: SegmentWriter
  }
}
