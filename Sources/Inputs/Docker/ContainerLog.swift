import Discovery
import Feeding
import NIOCore
import Synchronization

/// Takes a container's log as it comes and hands it on.
final class ContainerLog: Sendable {
  /// The feed wants no more.
  struct Ended: Error {}

  fileprivate enum Form {
    case frames(FrameDecoder)
    case terminal(TerminalDecoder)
  }
  fileprivate struct State {
    var form = Form.frames(FrameDecoder())
    var lines: LogLines
    /// Behind what was handed over.
    var place: ContainerPlace?
    var hasBegun = false
    var isHanding = false
  }

  /// Bytes of lines that are handed over at once.
  static let chunkSize = 64 << 10

  private let state: Mutex<State>
  private let feed: SourceFeed
  private let metrics: DockerMetrics

  init(_ lines: LogLines, after place: ContainerPlace?, into feed: SourceFeed, metrics: DockerMetrics) {
    state = Mutex(State(lines: lines, place: place))
    self.feed = feed
    self.metrics = metrics
  }

  /// Behind what was handed over.
  var place: ContainerPlace? { state.withLock { $0.place } }

  /// Something came since the beginning.
  var hasBegun: Bool { state.withLock { $0.hasBegun } }

  /// Entries wait for their client.
  var isHanding: Bool { state.withLock { $0.isHanding } }

  /// Gets ready for an answer of the engine from `place` on.
  func begin(hasTTY: Bool) {
    state.withLock { state in
      state.form = hasTTY ? .terminal(TerminalDecoder()) : .frames(FrameDecoder())
      state.lines.begin(behind: state.place)
      state.hasBegun = false
    }
  }

  /// - Throws: `Ended`, or `LogStreamError` when the bytes are no such log; what came before it is handed over.
  func take(_ bytes: ByteBuffer) async throws {
    var rest = bytes
    while let part = rest.readSlice(length: min(Self.chunkSize, rest.readableBytes)), part.readableBytes > 0 {
      var failure: LogStreamError?
      part.withUnsafeReadableBytes { bytes in failure = state.withLock { $0.take(bytes) } }
      try await handOver()
      if let failure { throw failure }
    }
  }

  /// Does something with the lines, and hands over what came of it.
  func withLines<Result>(_ body: (inout LogLines) -> Result) async throws -> Result {
    let result = state.withLock { body(&$0.lines) }
    try await handOver()
    return result
  }

  /// Lines that are not whole can get no end any more.
  func end() async throws { try await withLines { $0.end() } }

  private func handOver() async throws {
    let (taken, counts) = state.withLock { state in
      state.isHanding = true
      return (state.lines.takeChunk(), state.lines.takeCounts())
    }
    defer { state.withLock { $0.isHanding = false } }
    if feed.countsEntries { metrics.count(counts) }
    guard let (chunk, place) = taken else { return }
    guard await feed.put(chunk) else { throw Ended() }
    state.withLock { $0.place = place }
  }
}

extension ContainerLog.State {
  fileprivate mutating func take(_ bytes: UnsafeRawBufferPointer) -> LogStreamError? {
    hasBegun = true
    switch form {
    case .terminal(var decoder):
      form = .terminal(TerminalDecoder())
      decoder.take(bytes) { lines.take(line: $0, isCut: $1) }
      form = .terminal(decoder)
    case .frames(var decoder):
      form = .frames(FrameDecoder())
      defer { form = .frames(decoder) }
      do throws(LogStreamError) {
        try decoder.take(bytes) { lines.take($0, $1, isCut: $2) }
      } catch {
        return error
      }
    }
    return nil
  }
}
